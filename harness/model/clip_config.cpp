#include <fmt/format.h>

#include "lacuna/params.hpp"
#include "model/clip.hpp"

namespace lacuna {

namespace {

constexpr double kMostLayers = 1024;  // a count of names that are made before any is compared

// A positive integer at `key`, or the value already there.
void read(const nlohmann::json& json, const char* key, std::int64_t& value, double max = 1 << 24) {
  if (json.contains(key)) read_field(key, json.at(key), Field{.min = 1, .max = max}, value);
}

void read(const nlohmann::json& json, const char* key, std::array<double, 3>& value) {
  if (!json.contains(key)) return;
  const auto& list = json.at(key);
  if (!list.is_array() || list.size() != 3 || !list[0].is_number() || !list[1].is_number() ||
      !list[2].is_number())
    throw ConfigError(std::string(key) + ": " + list.dump() + " is not a list of three numbers");
  value = list.get<std::array<double, 3>>();
}

void read_activation(const nlohmann::json& json, std::string& value) {
  if (json.contains("activation"))
    read_field("activation", json["activation"], Field{.choices = {"quick_gelu", "gelu"}}, value);
}

void read_four(const nlohmann::json& json, const char* key, const char* what, double max,
               std::vector<std::int64_t>& value) {
  if (!json.contains(key)) throw ConfigError(fmt::format("{}: missing (four {})", key, what));
  read_field(key, json[key], Field{.min = 1, .max = max}, value);
  if (value.size() != 4)
    throw ConfigError(fmt::format("{}: {} is not four {}", key, json[key].dump(), what));
}

VisionConfig vision_from(const nlohmann::json& json) {
  check_keys(json, {"type", "image_size", "mean", "std", "patch_size", "width", "layers", "heads",
                    "widths", "blocks", "mlp", "activation"});
  VisionConfig vision;
  if (json.contains("type"))
    read_field("type", json["type"], Field{.choices = {"vit", "resnet", "conv"}}, vision.type);
  read(json, "image_size", vision.image_size);
  read(json, "mean", vision.mean);
  read(json, "std", vision.std);
  if (vision.type == "vit") {
    read(json, "patch_size", vision.patch_size);
    read(json, "width", vision.width);
    read(json, "layers", vision.layers, kMostLayers);
    read(json, "heads", vision.heads);
    if (vision.width % vision.heads != 0) throw ConfigError("heads: must divide width");
    if (vision.image_size % vision.patch_size != 0)
      throw ConfigError("patch_size: must divide image_size");
    read(json, "mlp", vision.mlp);
    read_activation(json, vision.activation);
  } else if (vision.type == "resnet") {
    vision.width = 64, vision.heads = 32;
    read(json, "width", vision.width);
    read(json, "heads", vision.heads);
    read_four(json, "blocks", "block counts", kMostLayers, vision.blocks);
    if (vision.width % 2 != 0) throw ConfigError("width: must be even for a resnet tower");
    if (vision.width * 32 % vision.heads != 0)
      throw ConfigError("heads: must divide 32 times width");
    if (vision.image_size % 32 != 0)
      throw ConfigError("image_size: must be a multiple of 32 for a resnet tower");
  } else {
    read_four(json, "widths", "channel counts", 1 << 16, vision.widths);
    if (vision.image_size % 8 != 0)
      throw ConfigError("image_size: must be a multiple of 8 for a conv tower");
  }
  return vision;
}

TextConfig text_from(const nlohmann::json& json) {
  check_keys(json, {"context_length", "vocabulary_size", "width", "layers", "heads", "mlp", "activation"});
  TextConfig text;
  read(json, "context_length", text.context_length);
  read(json, "vocabulary_size", text.vocabulary_size);
  read(json, "width", text.width);
  read(json, "layers", text.layers, kMostLayers);
  read(json, "heads", text.heads);
  read(json, "mlp", text.mlp);
  read_activation(json, text.activation);
  if (text.width % text.heads != 0) throw ConfigError("heads: must divide width");
  return text;
}

// The same message with the section's name in front of the key.
template <class F>
auto within(const char* section, F&& body) {
  try {
    return body();
  } catch (const ConfigError& e) {
    throw ConfigError(std::string(section) + "." + e.what());
  }
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

ClipConfig clip_config_from(const nlohmann::json& json) {
  check_keys(json, {"embedding", "vision", "text"});
  ClipConfig config;
  read(json, "embedding", config.embedding);
  if (json.contains("vision"))
    config.vision = within("vision", [&] { return vision_from(json["vision"]); });
  if (json.contains("text")) config.text = within("text", [&] { return text_from(json["text"]); });
  return config;
}

}  // namespace lacuna
