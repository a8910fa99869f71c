// A CLIP model as methods see it.
#pragma once

#include <string>
#include <vector>

#include "lacuna/model.hpp"
#include "model/clip/clip.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna {

// Layers are "visual.0", … for samples that are pictures and "text.0", … for samples that are
// texts. Refers to both arguments. [one thread per weights]
class ClipModel final : public Model, public EmbedsText {
 public:
  ClipModel(Clip& clip, const Tokenizer& tokenizer) : clip_(clip), tokenizer_(tokenizer) {}

  std::string family() const override { return "clip"; }
  NamedTensors& weights() override { return clip_.weights(); }
  std::vector<std::string> layers() const override;
  at::Tensor hidden(const Samples& samples, const at::Tensor& rows,
                    const std::string& layer) override;
  at::Tensor embed_texts(const std::vector<std::string>& texts) override;
  std::string text_projection() const override { return "text_projection"; }

 private:
  at::Tensor tokens_of(const std::vector<std::string>& texts) const;

  Clip& clip_;
  const Tokenizer& tokenizer_;
};

}  // namespace lacuna
