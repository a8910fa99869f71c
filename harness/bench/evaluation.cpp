// What an evaluation does not do twice.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "bench/cases.hpp"
#include "bench/pairs.hpp"
#include "bench/workload.hpp"
#include "model/clip/zero_shot.hpp"

namespace lacuna::bench {
namespace {

constexpr std::int64_t kBatch = 32;

at::Tensor name_embeddings() {
  const auto& work = workload();
  return ensemble_embeddings(work.clip, work.tokenizer, work.dataset->templates(), work.names());
}

// Logits of all pictures, batch by batch, as an evaluation computes them.
at::Tensor classify(bool names_in_every_batch) {
  at::NoGradGuard no_grad;
  const auto& work = workload();
  const auto once = names_in_every_batch ? at::Tensor() : name_embeddings();
  std::vector<at::Tensor> logits;
  for (std::int64_t at = 0; at < work.pixels.size(0); at += kBatch) {
    const auto names = names_in_every_batch ? name_embeddings() : once;
    const auto features = work.clip.image_features(work.pixels.slice(0, at, at + kBatch));
    logits.push_back(at::matmul(features, names.t()));
  }
  return at::cat(logits);
}

at::Tensor encode_names(bool padded) {
  at::NoGradGuard no_grad;
  const auto& work = workload();
  const auto context = work.clip.config().text.context_length;
  auto tokens =
      prompt_tokens(work.tokenizer, work.dataset->templates().front(), work.names(), context);
  if (padded) tokens = at::constant_pad_nd(tokens, {0, context - tokens.size(1)});
  return work.clip.text_features(tokens);
}

void tokenize() {
  const auto& work = workload();
  for (const auto& prompt : work.dataset->templates())
    prompt_tokens(work.tokenizer, prompt, work.names(), 77);
}

}  // namespace

void add_evaluation_cases() {
  add_pair(
      "class names once, not per batch (256 pictures in batches of 32)",
      [] { return classify(false); }, [] { return classify(true); });
  add_pair(
      "text trimmed to its longest prompt, not padded to 77", [] { return encode_names(false); },
      [] { return encode_names(true); });
  add_single("tokenize 60 names in 8 prompts", tokenize, 0, 60 * 8);
}

}  // namespace lacuna::bench
