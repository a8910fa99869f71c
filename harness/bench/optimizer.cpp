// The fused AdamW beside LibTorch's. The one file of the harness that includes torch/torch.h, which
// costs 13 s.
#include "lacuna/optimizer.hpp"

#include <torch/torch.h>

#include <memory>

#include "bench/cases.hpp"
#include "bench/pairs.hpp"
#include "lacuna/random.hpp"
#include "model/clip/clip.hpp"

namespace lacuna::bench {
namespace {

// Leaves in the shapes of a CLIP of 8 million parameters, with constant gradients.
std::vector<at::Tensor> parameters() {
  ClipConfig config;
  config.embedding = 256;
  config.vision.image_size = 32;
  config.vision.patch_size = 4;
  config.vision.width = 256;
  config.vision.layers = 6;
  config.vision.heads = 4;
  config.text = {
      .context_length = 32, .vocabulary_size = 1000, .width = 256, .layers = 4, .heads = 4};
  std::vector<at::Tensor> out;
  for (const auto& [name, weight] : Clip::initial_weights(config, make_generator(1, "init"))) {
    out.push_back(weight.detach().clone().requires_grad_(true));
    out.back().mutable_grad() = weight.detach().clone();
  }
  return out;
}

}  // namespace

void add_optimizer_cases() {
  const AdamWOptions options{.learning_rate = 1e-4};
  const auto ours = [=, step = std::shared_ptr<AdamW>(), ps = std::vector<at::Tensor>()]() mutable {
    if (!step) step = std::make_shared<AdamW>(ps = parameters(), options);
    step->step();
    return ps.front().detach();
  };
  const auto theirs = [=, step = std::shared_ptr<torch::optim::AdamW>(),
                       ps = std::vector<at::Tensor>()]() mutable {
    if (!step)
      step = std::make_shared<torch::optim::AdamW>(ps = parameters(),
                                                   torch::optim::AdamWOptions(options.learning_rate)
                                                       .betas({options.beta1, options.beta2})
                                                       .eps(options.eps)
                                                       .weight_decay(options.weight_decay));
    step->step();
    return ps.front().detach();
  };
  add_pair("AdamW fused, not torch::optim (8 million parameters)", ours, theirs);
}

}  // namespace lacuna::bench
