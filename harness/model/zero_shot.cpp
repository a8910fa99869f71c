#include "model/zero_shot.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <utility>

#include "lacuna/error.hpp"
#include "model/precision.hpp"

namespace lacuna {

at::Tensor prompt_tokens(const Tokenizer& tokenizer, const std::string& prompt,
                         const std::vector<std::string>& names, std::int64_t context_length) {
  std::vector<std::string> texts;
  for (const auto& name : names) texts.push_back(fill_template(prompt, name));
  return tokenizer.encode(texts, context_length);
}

at::Tensor ensemble_embeddings(const Clip& clip, const Tokenizer& tokenizer,
                               const std::vector<std::string>& templates,
                               const std::vector<std::string>& names) {
  at::NoGradGuard no_grad;
  const auto device = clip.weights().begin()->second.device();
  at::Tensor sum;
  for (const auto& prompt : templates) {
    const auto tokens =
        prompt_tokens(tokenizer, prompt, names, clip.config().text.context_length).to(device);
    const auto features = clip.text_features(tokens);
    sum = sum.defined() ? sum + features : features;
  }
  return sum / sum.norm(2, {-1}, /*keepdim=*/true);
}

namespace {

// Features of the batches that `next` gives until it gives an undefined one.
template <class Next>
at::Tensor encode_batches(const Clip& clip, Next&& next) {
  at::NoGradGuard no_grad;
  const auto device = clip.weights().begin()->second.device();
  std::vector<at::Tensor> features;
  for (at::Tensor pixels = next(); pixels.defined(); pixels = next())
    features.push_back(clip.image_features(pixels.to(device)));
  return features.empty() ? at::empty({0, clip.config().embedding}) : at::cat(features);
}

}  // namespace

at::Tensor encode_pictures(const Clip& clip, const at::Tensor& pixels, std::int64_t batch) {
  std::int64_t at = 0;
  return encode_batches(clip, [&] {
    const auto begin = std::exchange(at, at + batch);
    return begin < pixels.size(0) ? pixels.slice(0, begin, at) : at::Tensor();
  });
}

at::Tensor encode_split(const Clip& clip, const Dataset& dataset, const std::string& split,
                        const PictureLoading& loading, std::int64_t batch) {
  PictureStream stream(dataset, split, clip.config().vision.image_size, batch, loading);
  return encode_batches(clip, [&] { return stream.next(); });
}

at::Tensor classify(const Clip& clip, const Tokenizer& tokenizer,
                    const std::vector<std::string>& templates,
                    const std::vector<std::string>& names, const at::Tensor& features,
                    const std::string& precision) {
  const at::NoGradGuard no_grad;
  at::Tensor embeddings;
  {
    const Precision scope(precision, features.device().type());
    embeddings = ensemble_embeddings(clip, tokenizer, templates, names);
  }
  const auto scores = at::matmul(features, embeddings.t());  // the positive scale moves no maximum
  // Marked on the device, so that one copy brings the labels and the mark.
  const auto labels = at::where(scores.isfinite().all(1), scores.argmax(1), -1).cpu();
  if (const auto lost = labels.lt(0).sum().item<std::int64_t>(); lost > 0)
    throw NotFiniteFeatures(
        fmt::format("features: not finite for {} of {} pictures, so nothing can be predicted "
                    "(weights that are not finite, too large or all zero do that)",
                    lost, labels.size(0)));
  return labels;
}

Predictions predict(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                    const std::string& split, const std::vector<std::int64_t>& forget,
                    const std::string& precision) {
  at::NoGradGuard no_grad;
  const auto& taxonomy = dataset.taxonomy();
  at::Tensor features;
  {
    const Precision scope(precision, clip.weights().begin()->second.device().type());
    features = encode_split(clip, dataset, split);
  }
  const auto labels = [&](Level level) {
    return classify(clip, tokenizer, dataset.templates(), taxonomy.names(level), features,
                    precision);
  };

  Predictions out;
  out.taxonomy = taxonomy;
  out.fine_target = dataset.labels(split);
  out.fine_predicted = labels(Level::fine);
  if (taxonomy.hierarchical()) {
    out.coarse_target = at::tensor(taxonomy.parent, at::kLong).index_select(0, out.fine_target);
    out.coarse_predicted = labels(Level::coarse);
  }
  out.forget = forget.empty() ? at::zeros_like(out.fine_target, at::kBool)
                              : at::isin(out.fine_target, at::tensor(forget, at::kLong));
  return out;
}

}  // namespace lacuna
