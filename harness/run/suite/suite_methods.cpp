// What unlearns, and what is tried on the outcome.
#include <fmt/format.h>

#include "run/jobs/json_words.hpp"
#include "run/suite/suite_parts.hpp"
#include "train/presets.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// A name or a list of names; of paths, which are relative to the suite, the whole.
std::vector<std::string> read_presets(const JsonView& view, const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& one : view.raw().is_string() ? std::vector{view} : view.some())
    out.push_back(preset_from(one.text(), folder));
  return out;
}

// Whether it has KL terms, by its own keys or by its presets.
bool regularised(const JsonView& view, const MethodSpec& method) {
  auto kl = json::object();
  if (!method.presets.empty())
    kl = view.at("preset").within([&] { return preset(method.presets, method.id).at("kl"); });
  kl.update(method.kl);
  return kl.value("coarse", json(0)) != 0 || kl.value("fine", json(0)) != 0;
}

}  // namespace

MethodSpec read_method(const JsonView& view, const std::filesystem::path& folder) {
  view.only({"id", "label", "params", "grid", "kl", "training", "preset", "requests"});
  MethodSpec out{.id = read_id(view)};
  if (out.id == "original")
    view.at("id").fail("'original' is always part of a plan (leave it out)");
  out.params = read_object(view, "params");
  out.kl = read_object(view, "kl");
  out.training = read_object(view, "training");
  if (view.has("preset")) out.presets = read_presets(view.at("preset"), folder);
  if (view.has("requests")) out.requests = read_words(view.at("requests"));
  out.label = regularised(view, out) ? out.id + "+kl" : out.id;
  view.optional("label", out.label);
  if (view.has("grid")) {
    for (const auto& [key, values] : view.at("grid").members()) {
      auto& entry = out.grid.emplace_back(key, std::vector<json>{});
      for (const auto& value : values.some()) entry.second.push_back(value.raw());
    }
  }
  return out;
}

AttackSpec read_attack(const JsonView& view) {
  view.only({"id", "label", "params", "training", "samples_per_concept", "methods", "requests"});
  AttackSpec out{.id = read_id(view)};
  if (out.id == "original") view.at("id").fail("'original' is no method (name one)");
  out.label = out.id;
  view.optional("label", out.label);
  out.params = read_object(view, "params");
  out.training = read_object(view, "training");
  view.optional("samples_per_concept", out.samples_per_concept, {.min = 1});
  if (view.has("methods")) out.methods = read_words(view.at("methods"));
  if (view.has("requests")) out.requests = read_words(view.at("requests"));
  return out;
}

std::vector<std::string> row_labels(const MethodSpec& method) {
  std::vector<std::string> words{""};
  for (const auto& [key, values] : method.grid) {
    const auto name = key.substr(key.find('.') + 1);
    std::vector<std::string> next;
    for (const auto& before : words)
      for (const auto& value : values)
        next.push_back(fmt::format("{}{}{}={}", before, before.empty() ? " " : ", ", name,
                                   value.is_string() ? value.get<std::string>() : value.dump()));
    words = std::move(next);
  }
  for (auto& word : words) word.insert(0, method.label);
  return words;
}

}  // namespace lacuna
