#include <set>

#include "lacuna/params.hpp"
#include "model/clip.hpp"

namespace lacuna {

namespace {

// A positive integer at `key`, or the value already there.
void read(const nlohmann::json& json, const char* key, std::int64_t& value) {
  if (json.contains(key)) read_field(key, json.at(key), Field{.min = 1, .max = 1 << 24}, value);
}

void read(const nlohmann::json& json, const char* key, std::array<double, 3>& value) {
  if (!json.contains(key)) return;
  const auto& list = json.at(key);
  if (!list.is_array() || list.size() != 3 || !list[0].is_number() || !list[1].is_number() ||
      !list[2].is_number())
    throw ConfigError(std::string(key) + ": " + list.dump() + " is not a list of three numbers");
  value = list.get<std::array<double, 3>>();
}

VisionConfig vision_from(const nlohmann::json& json) {
  check_keys(json, {"type", "image_size", "mean", "std", "patch_size", "width", "layers", "heads",
                    "widths"});
  VisionConfig vision;
  if (json.contains("type"))
    read_field("type", json["type"], Field{.choices = {"vit", "conv"}}, vision.type);
  read(json, "image_size", vision.image_size);
  read(json, "mean", vision.mean);
  read(json, "std", vision.std);
  if (vision.type == "vit") {
    read(json, "patch_size", vision.patch_size);
    read(json, "width", vision.width);
    read(json, "layers", vision.layers);
    read(json, "heads", vision.heads);
    if (vision.width % vision.heads != 0) throw ConfigError("heads: must divide width");
    if (vision.image_size % vision.patch_size != 0)
      throw ConfigError("patch_size: must divide image_size");
  } else {
    if (!json.contains("widths")) throw ConfigError("widths: missing (four channel counts)");
    read_field("widths", json["widths"], Field{.min = 1, .max = 1 << 16}, vision.widths);
    if (vision.widths.size() != 4)
      throw ConfigError("widths: " + json["widths"].dump() + " is not four channel counts");
    if (vision.image_size % 8 != 0)
      throw ConfigError("image_size: must be a multiple of 8 for a conv tower");
  }
  return vision;
}

TextConfig text_from(const nlohmann::json& json) {
  check_keys(json, {"context_length", "vocabulary_size", "width", "layers", "heads"});
  TextConfig text;
  read(json, "context_length", text.context_length);
  read(json, "vocabulary_size", text.vocabulary_size);
  read(json, "width", text.width);
  read(json, "layers", text.layers);
  read(json, "heads", text.heads);
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
  if (v.type == "vit") {
    vision.update({{"patch_size", v.patch_size},
                   {"width", v.width},
                   {"layers", v.layers},
                   {"heads", v.heads}});
  } else {
    vision["widths"] = v.widths;
  }
  const auto& t = config.text;
  return {{"embedding", config.embedding},
          {"vision", vision},
          {"text",
           {{"context_length", t.context_length},
            {"vocabulary_size", t.vocabulary_size},
            {"width", t.width},
            {"layers", t.layers},
            {"heads", t.heads}}}};
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
