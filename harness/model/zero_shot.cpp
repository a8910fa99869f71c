#include "model/zero_shot.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "lacuna/error.hpp"

namespace lacuna {

std::string fill_template(const std::string& prompt, const std::string& name) {
  const auto place = prompt.find("{}");
  if (place == std::string::npos)
    throw ConfigError("'" + prompt + "': a prompt template needs {} for the class name");
  return prompt.substr(0, place) + name + prompt.substr(place + 2);
}

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

// Resized so that the shorter side is `size` (the longer one truncated, as torchvision does), then
// centre-cropped: uint8 [3, size, size]. LibTorch's antialiased bicubic on bytes: within two levels
// of Pillow's.
at::Tensor fit_picture(const at::Tensor& picture, std::int64_t size) {
  auto x = picture.permute({2, 0, 1});
  const auto height = x.size(1), width = x.size(2);
  if (height == size && width == size) return x;
  const auto shorter = std::min(height, width);
  const auto new_height = size * height / shorter, new_width = size * width / shorter;
  x = at::_upsample_bicubic2d_aa(x.unsqueeze(0).contiguous(), {new_height, new_width},
                                 /*align_corners=*/false)[0];
  const auto offset = [&](std::int64_t length) {
    return std::lrint((length - size) / 2.0);
  };  // half to even
  return x.narrow(1, offset(new_height), size).narrow(2, offset(new_width), size);
}

}  // namespace

at::Tensor stack_pictures(const std::vector<at::Tensor>& pictures, std::int64_t image_size) {
  const auto count = static_cast<std::int64_t>(pictures.size());
  auto stacked = at::empty({count, 3, image_size, image_size}, at::kByte);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& picture = pictures[i];
    if (picture.dim() != 3 || picture.size(2) != 3 || picture.scalar_type() != at::kByte ||
        picture.numel() == 0)
      throw Error("picture " + std::to_string(i) + ": not uint8 [H, W, 3]");
    stacked[i].copy_(fit_picture(picture, image_size));
  }
  return stacked;
}

at::Tensor load_pictures(const Dataset& dataset, const std::string& split,
                         const std::vector<std::int64_t>& indices, std::int64_t image_size) {
  constexpr std::size_t chunk = 4096;  // bounds the memory that unstacked pictures take
  std::vector<at::Tensor> parts;
  for (std::size_t at = 0; at < indices.size(); at += chunk) {
    const std::span part(indices.data() + at, std::min(chunk, indices.size() - at));
    parts.push_back(stack_pictures(dataset.images(split, part), image_size));
  }
  return parts.empty() ? at::empty({0, 3, image_size, image_size}, at::kByte) : at::cat(parts);
}

at::Tensor load_pictures(const Dataset& dataset, const std::string& split,
                         std::int64_t image_size) {
  std::vector<std::int64_t> all(dataset.labels(split).size(0));
  std::iota(all.begin(), all.end(), 0);
  return load_pictures(dataset, split, all, image_size);
}

at::Tensor encode_pictures(const Clip& clip, const at::Tensor& pixels, std::int64_t batch) {
  at::NoGradGuard no_grad;
  const auto device = clip.weights().begin()->second.device();
  std::vector<at::Tensor> features;
  for (std::int64_t at = 0; at < pixels.size(0); at += batch)
    features.push_back(clip.image_features(pixels.slice(0, at, at + batch).to(device)));
  return features.empty() ? at::empty({0, clip.config().embedding}) : at::cat(features);
}

Predictions predict(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                    const std::string& split, const std::vector<std::int64_t>& forget) {
  at::NoGradGuard no_grad;
  const auto& taxonomy = dataset.taxonomy();
  const auto templates = dataset.templates();
  const auto features =
      encode_pictures(clip, load_pictures(dataset, split, clip.config().vision.image_size));
  const auto classify = [&](Level level) {
    const auto embeddings = ensemble_embeddings(clip, tokenizer, templates, taxonomy.names(level));
    return at::matmul(features, embeddings.t())
        .argmax(1)
        .cpu();  // the positive logit scale moves no maximum
  };

  Predictions out;
  out.taxonomy = taxonomy;
  out.fine_target = dataset.labels(split);
  out.fine_predicted = classify(Level::fine);
  if (taxonomy.hierarchical()) {
    out.coarse_target = at::tensor(taxonomy.parent, at::kLong).index_select(0, out.fine_target);
    out.coarse_predicted = classify(Level::coarse);
  }
  out.forget = forget.empty() ? at::zeros_like(out.fine_target, at::kBool)
                              : at::isin(out.fine_target, at::tensor(forget, at::kLong));
  return out;
}

}  // namespace lacuna
