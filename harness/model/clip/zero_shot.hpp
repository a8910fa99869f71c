// Zero-shot classification: class names in prompts become the weights of a classifier.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "lacuna/error.hpp"
#include "lacuna/samples.hpp"  // fill_template
#include "model/clip/clip.hpp"
#include "model/clip/predicted.hpp"
#include "model/pictures/pictures.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna {

// Tokens of one template over all names: int64 [C, L].
at::Tensor prompt_tokens(const Tokenizer& tokenizer, const std::string& prompt,
                         const std::vector<std::string>& names, std::int64_t context_length);

// Class-name embeddings [C, embedding]: per template the normalised text features, averaged,
// renormalised. Computed without gradient; once per evaluated model, not per batch.
at::Tensor ensemble_embeddings(const Clip& clip, const Tokenizer& tokenizer,
                               const std::vector<std::string>& templates,
                               const std::vector<std::string>& names);

// Pictures encoded at once. Part of every result: a float sum may depend on the batch it was made
// in.
inline constexpr std::int64_t kEncodingBatch = 256;

// Normalised image features [N, embedding] of `pixels` uint8 [N, 3, S, S], in batches, without
// gradient, on the weights' device.
at::Tensor encode_pictures(const Clip& clip, const at::Tensor& pixels,
                           std::int64_t batch = kEncodingBatch);

// The same of a whole split, equal to the bit: the next batch is decoded while this one is encoded,
// and the split is never in memory as a whole.
at::Tensor encode_split(const Clip& clip, const Dataset& dataset, const std::string& split,
                        const PictureLoading& loading = {}, std::int64_t batch = kEncodingBatch);

// Weights of which nothing can be predicted: NaN has no best class, and arg max would say the
// first.
class NotFiniteFeatures : public Error {
 public:
  using Error::Error;
};

// Cosines of `features` [N, embedding] with the names' embeddings: float32 [N, C], on the weights'
// device. The text tower computes in `precision` (model/clip/precision.hpp), the comparison of
// features in float32.
at::Tensor class_scores(const Clip& clip, const Tokenizer& tokenizer,
                        const std::vector<std::string>& templates,
                        const std::vector<std::string>& names, const at::Tensor& features,
                        const std::string& precision = "float32");

// The columns of lacuna::Outcome for one question, on the CPU. `scores` [N, C] are cosines, which
// `logit_scale` (a positive scalar tensor) makes logits; `target` int64 [N]. Throws
// NotFiniteFeatures.
void add_columns(Outcome& outcome, const std::string& question, const at::Tensor& scores,
                 const at::Tensor& logit_scale, const at::Tensor& target);

// What the model makes of a split, over the whole name list of each level. Both towers compute in
// `precision`. Throws NotFiniteFeatures.
Predicted predict(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                  const std::string& split, const std::string& precision = "float32");

}  // namespace lacuna
