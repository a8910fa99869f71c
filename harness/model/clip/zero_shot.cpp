#include "model/clip/zero_shot.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "lacuna/error.hpp"
#include "model/clip/precision.hpp"

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

at::Tensor class_scores(const Clip& clip, const Tokenizer& tokenizer,
                        const std::vector<std::string>& templates,
                        const std::vector<std::string>& names, const at::Tensor& features,
                        const std::string& precision) {
  const at::NoGradGuard no_grad;
  at::Tensor embeddings;
  {
    const Precision scope(precision, features.device().type());
    embeddings = ensemble_embeddings(clip, tokenizer, templates, names);
  }
  return at::matmul(features, embeddings.t());
}

void add_columns(Outcome& outcome, const std::string& question, const at::Tensor& scores,
                 const at::Tensor& logit_scale, const at::Tensor& target) {
  const at::NoGradGuard no_grad;
  const auto best = std::min<std::int64_t>(5, scores.size(1));
  const auto own = target.to(scores.device()).unsqueeze(1);
  // The positive scale moves no maximum, and without it no two scores become one by rounding.
  const auto predicted = at::where(scores.isfinite().all(1), scores.argmax(1), -1);
  const auto logits = scores * logit_scale;
  const auto nll = -logits.log_softmax(1).gather(1, own).squeeze(1);
  // With one name there is no rival: the margin is infinite.
  const auto rivals = logits.scatter(1, own, -std::numeric_limits<double>::infinity());
  const auto margin = logits.gather(1, own).squeeze(1) - std::get<0>(rivals.max(1));
  const auto top = std::get<1>(scores.topk(best));
  // All of it is exact in float64, and so comes from the device in one copy.
  const auto columns =
      at::cat(
          {at::stack({predicted.to(at::kDouble), nll.to(at::kDouble), margin.to(at::kDouble)}, 1),
           top.to(at::kDouble)},
          1)
          .cpu();
  const auto labels = columns.select(1, 0).to(at::kLong);
  if (const auto lost = labels.lt(0).sum().item<std::int64_t>(); lost > 0)
    throw NotFiniteFeatures(
        fmt::format("features: not finite for {} of {} pictures, so nothing can be predicted "
                    "(weights that are not finite, too large or all zero do that)",
                    lost, labels.size(0)));
  outcome.columns[question + "/predicted"] = labels;
  outcome.columns[question + "/nll"] = columns.select(1, 1).to(at::kFloat);
  outcome.columns[question + "/margin"] = columns.select(1, 2).to(at::kFloat);
  outcome.columns[question + "/top5"] = columns.slice(1, 3).to(at::kLong).contiguous();
}

Predicted predict(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                  const std::string& split, const std::string& precision) {
  const at::NoGradGuard no_grad;
  const auto& taxonomy = dataset.taxonomy();
  at::Tensor features;
  {
    const Precision scope(precision, clip.weights().begin()->second.device().type());
    features = encode_split(clip, dataset, split);
  }
  Predicted out{.taxonomy = taxonomy, .asked = {}, .outcome = {}};
  const auto ask = [&](Level level, const at::Tensor& target) {
    const std::string question = to_string(level);
    const auto scores = class_scores(clip, tokenizer, dataset.templates(), taxonomy.names(level),
                                     features, precision);
    add_columns(out.outcome, question, scores, clip.logit_scale(), target);
    out.asked.push_back({.question = question, .target = target, .forget = {}});
  };
  const auto fine = dataset.labels(split);
  ask(Level::fine, fine);
  if (taxonomy.hierarchical())
    ask(Level::coarse, at::tensor(taxonomy.parent, at::kLong).index_select(0, fine));
  return out;
}

}  // namespace lacuna
