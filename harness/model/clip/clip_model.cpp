#include "model/clip/clip_model.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

namespace lacuna {
namespace {

constexpr std::string_view kVisual = "visual.", kText = "text.";

}  // namespace

std::vector<std::string> ClipModel::layers() const {
  std::vector<std::string> out;
  for (std::int64_t i = 0; i < clip_.image_layers(); ++i)
    out.push_back(fmt::format("{}{}", kVisual, i));
  for (std::int64_t i = 0; i < clip_.text_layers(); ++i)
    out.push_back(fmt::format("{}{}", kText, i));
  return out;
}

at::Tensor ClipModel::hidden(const Samples& samples, const at::Tensor& rows,
                             const std::string& layer) {
  const auto known = layers();
  if (std::find(known.begin(), known.end(), layer) == known.end())
    throw ConfigError(fmt::format(
        "layer '{}': the model has none of this name (it has {} to {}, {} to {})", layer,
        known.front(), known[clip_.image_layers() - 1], known[clip_.image_layers()], known.back()));
  const bool text = layer.starts_with(kText);
  const auto index = std::stoll(layer.substr(text ? kText.size() : kVisual.size()));
  if (text != !samples.texts.empty())
    throw ConfigError(fmt::format("layer '{}': these samples are {} (take one of '{}…')", layer,
                                  text ? "pictures" : "texts", text ? kVisual : kText));
  const auto device = clip_.weights().begin()->second.device();
  if (!text) {
    const auto pictures = samples.images.index_select(0, rows.to(samples.images.device()));
    return clip_.image_hidden(pictures.to(device), index).to(at::kFloat);
  }
  std::vector<std::string> texts;
  const auto wanted = rows.to(at::kCPU, at::kLong).contiguous();
  for (std::int64_t i = 0; i < wanted.numel(); ++i)
    texts.push_back(samples.texts.at(wanted.const_data_ptr<std::int64_t>()[i]));
  return clip_.text_hidden(tokens_of(texts), index).to(at::kFloat);
}

at::Tensor ClipModel::embed_texts(const std::vector<std::string>& texts) {
  return clip_.text_features(tokens_of(texts));
}

at::Tensor ClipModel::tokens_of(const std::vector<std::string>& texts) const {
  return tokenizer_.encode(texts, clip_.config().text.context_length)
      .to(clip_.weights().begin()->second.device());
}

}  // namespace lacuna
