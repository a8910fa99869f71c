#include <fmt/format.h>

#include "model/clip/clip.hpp"
#include "support/config_section.hpp"

namespace lacuna {

namespace {

void read_size(const JsonView& view, const char* key, std::int64_t& value, double most = 1 << 24) {
  view.optional(key, value, {.min = 1, .max = most});
}

void read_activation(const JsonView& view, std::string& value) {
  view.optional("activation", value, {.choices = {"quick_gelu", "gelu"}});
}

void check_heads(const JsonView& view, std::int64_t width, std::int64_t heads) {
  if (width % heads != 0) refuse(view, "heads", "must divide width");
}

VisionConfig vision_from(const JsonView& view) {
  view.only({"type", "image_size", "mean", "std", "patch_size", "width", "layers", "heads",
             "widths", "blocks", "mlp", "activation"});
  VisionConfig vision;
  view.optional("type", vision.type, {.choices = {"vit", "resnet", "conv"}});
  read_size(view, "image_size", vision.image_size);
  vision.mean = three_or(view, "mean", vision.mean);
  vision.std = three_or(view, "std", vision.std);
  if (vision.type == "vit") {
    read_size(view, "patch_size", vision.patch_size);
    read_size(view, "width", vision.width);
    read_size(view, "layers", vision.layers, kMostLayers);
    read_size(view, "heads", vision.heads);
    check_heads(view, vision.width, vision.heads);
    if (vision.image_size % vision.patch_size != 0)
      refuse(view, "patch_size", "must divide image_size");
    read_size(view, "mlp", vision.mlp);
    read_activation(view, vision.activation);
  } else if (vision.type == "resnet") {
    vision.width = 64, vision.heads = 32;
    read_size(view, "width", vision.width);
    read_size(view, "heads", vision.heads);
    vision.blocks = read_four(view.at("blocks"), "block counts", kMostLayers);
    if (vision.width % 2 != 0) refuse(view, "width", "must be even for a resnet tower");
    if (vision.width * 32 % vision.heads != 0) refuse(view, "heads", "must divide 32 times width");
    if (vision.image_size % 32 != 0)
      refuse(view, "image_size", "must be a multiple of 32 for a resnet tower");
  } else {
    vision.widths = read_four(view.at("widths"), "channel counts", 1 << 16);
    if (vision.image_size % 8 != 0)
      refuse(view, "image_size", "must be a multiple of 8 for a conv tower");
  }
  return vision;
}

TextConfig text_from(const JsonView& view) {
  view.only({"context_length", "vocabulary_size", "width", "layers", "heads", "mlp", "activation"});
  TextConfig text;
  read_size(view, "context_length", text.context_length);
  read_size(view, "vocabulary_size", text.vocabulary_size);
  read_size(view, "width", text.width);
  read_size(view, "layers", text.layers, kMostLayers);
  read_size(view, "heads", text.heads);
  read_size(view, "mlp", text.mlp);
  read_activation(view, text.activation);
  check_heads(view, text.width, text.heads);
  return text;
}

}  // namespace

nlohmann::json to_json(const ClipConfig& config) {
  const auto& v = config.vision;
  nlohmann::json vision{
      {"type", v.type}, {"image_size", v.image_size}, {"mean", v.mean}, {"std", v.std}};
  // Left out where usual: two files of one model must have one configuration, and one hash.
  const auto add_unusual = [](nlohmann::json& json, const auto& tower) {
    if (tower.mlp != 0 && tower.mlp != 4 * tower.width) json["mlp"] = tower.mlp;
    if (tower.activation != "quick_gelu") json["activation"] = tower.activation;
  };
  if (v.type == "vit") {
    vision.update({{"patch_size", v.patch_size},
                   {"width", v.width},
                   {"layers", v.layers},
                   {"heads", v.heads}});
    add_unusual(vision, v);
  } else if (v.type == "resnet") {
    vision.update({{"width", v.width}, {"heads", v.heads}, {"blocks", v.blocks}});
  } else {
    vision["widths"] = v.widths;
  }
  const auto& t = config.text;
  nlohmann::json text{{"context_length", t.context_length},
                      {"vocabulary_size", t.vocabulary_size},
                      {"width", t.width},
                      {"layers", t.layers},
                      {"heads", t.heads}};
  add_unusual(text, t);
  return {{"embedding", config.embedding}, {"vision", vision}, {"text", text}};
}

ClipConfig clip_config_from(const JsonView& view) {
  view.only({"embedding", "vision", "text"});
  ClipConfig config;
  read_size(view, "embedding", config.embedding);
  if (view.has("vision")) config.vision = vision_from(view.at("vision"));
  if (view.has("text")) config.text = text_from(view.at("text"));
  return config;
}

ClipConfig checked(const ClipConfig& config, const std::string& file) {
  const auto json = to_json(config);
  return clip_config_from(JsonView(json, file));
}

}  // namespace lacuna
