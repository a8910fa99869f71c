#include "train/forgetting_set.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "model/safetensors.hpp"
#include "model/zero_shot.hpp"

namespace lacuna {
namespace {

constexpr const char* format_name = "lacuna forgetting set 1";

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& reason) {
  throw ConfigError(
      fmt::format("{}: {} (a forgetting set written by lacuna)", path.string(), reason));
}

void check_labels(const std::filesystem::path& path, const char* name, const at::Tensor& labels,
                  std::int64_t count, std::size_t classes) {
  if (labels.scalar_type() != at::kLong || labels.sizes() != at::IntArrayRef({count}))
    damaged(path, fmt::format("'{}' is not int64 [{}]", name, count));
  const auto limit = static_cast<std::int64_t>(classes);
  if (labels.lt(0).logical_or(labels.ge(limit)).any().item<bool>())
    damaged(path, fmt::format("'{}' has a label outside [0, {})", name, limit));
}

nlohmann::json names(const Taxonomy& taxonomy) {
  return {{"fine", taxonomy.fine}, {"coarse", taxonomy.coarse}, {"parent", taxonomy.parent}};
}

}  // namespace

std::vector<std::int64_t> draw_proxies(const Dataset& dataset, const std::string& split,
                                       const std::vector<std::int64_t>& fine_labels,
                                       std::int64_t samples_per_concept, std::uint64_t seed) {
  if (samples_per_concept < 1)
    throw ConfigError(fmt::format("samples_per_concept: {} is below 1", samples_per_concept));
  const auto labels = dataset.labels(split);
  auto generator = make_generator(seed, "proxy");
  std::vector<std::int64_t> out;
  for (const auto label : fine_labels) {
    const auto members = labels.eq(label).nonzero().flatten();
    if (members.numel() == 0)
      throw ConfigError(
          fmt::format("{}: no picture in split '{}'", dataset.taxonomy().fine.at(label), split));
    const auto order = at::randperm(members.numel(), generator, at::kLong);
    const auto drawn = members.index_select(0, order.slice(0, 0, samples_per_concept)).contiguous();
    out.insert(out.end(), drawn.const_data_ptr<std::int64_t>(),
               drawn.const_data_ptr<std::int64_t>() + drawn.numel());
  }
  return out;
}

std::map<std::string, std::int64_t> fewer_samples(const ForgettingSet& set, std::int64_t asked) {
  std::map<std::string, std::int64_t> out;
  const auto counts =
      at::bincount(set.fine, {}, static_cast<std::int64_t>(set.taxonomy.fine.size()));
  for (std::int64_t label = 0; label < counts.numel(); ++label) {
    const auto count = counts[label].item<std::int64_t>();
    if (count > 0 && count < asked) out[set.taxonomy.fine[label]] = count;
  }
  return out;
}

ForgettingSet build_forgetting_set(const Dataset& dataset, const std::string& split,
                                   const std::vector<std::int64_t>& indices,
                                   std::int64_t image_size) {
  ForgettingSet set;
  set.taxonomy = dataset.taxonomy();
  set.templates = dataset.templates();
  set.images = load_pictures(dataset, split, indices, image_size);
  set.fine = dataset.labels(split).index_select(0, at::tensor(indices, at::kLong));
  if (set.taxonomy.hierarchical())
    set.coarse = at::tensor(set.taxonomy.parent, at::kLong).index_select(0, set.fine);
  return set;
}

ForgettingSet build_text_set(const Dataset& dataset, const std::vector<std::int64_t>& fine_labels) {
  ForgettingSet set;
  set.taxonomy = dataset.taxonomy();
  set.templates = dataset.templates();
  std::vector<std::int64_t> fine;
  for (const auto label : fine_labels) {
    for (const auto& prompt : set.templates) {
      set.texts.push_back(fill_template(prompt, set.taxonomy.fine.at(label)));
      fine.push_back(label);
    }
  }
  set.fine = at::tensor(fine, at::kLong);
  if (set.taxonomy.hierarchical())
    set.coarse = at::tensor(set.taxonomy.parent, at::kLong).index_select(0, set.fine);
  return set;
}

void forget_coarse(ForgettingSet& set, const std::vector<std::int64_t>& coarse_labels) {
  if (!coarse_labels.empty())
    set.forget_coarse = at::isin(set.coarse, at::tensor(coarse_labels, at::kLong));
}

void save_forgetting_set(const std::filesystem::path& path, const ForgettingSet& set) {
  NamedTensors tensors{{"fine", set.fine}};
  if (set.images.defined()) tensors["images"] = set.images;
  if (set.coarse.defined()) tensors["coarse"] = set.coarse;
  if (set.forget_coarse.defined()) tensors["forget_coarse"] = set.forget_coarse;
  std::map<std::string, std::string> metadata{{"format", format_name},
                                              {"taxonomy", names(set.taxonomy).dump()},
                                              {"templates", nlohmann::json(set.templates).dump()}};
  if (!set.texts.empty()) metadata["texts"] = nlohmann::json(set.texts).dump();
  save_safetensors(path, tensors, metadata);
}

ForgettingSet load_forgetting_set(const std::filesystem::path& path) {
  const auto file = load_safetensors(path);
  const auto text = [&](const char* key) -> const std::string& {
    const auto it = file.metadata.find(key);
    if (it == file.metadata.end()) damaged(path, fmt::format("its metadata lack '{}'", key));
    return it->second;
  };
  const auto tensor = [&](const char* name) -> const at::Tensor& {
    const auto it = file.tensors.find(name);
    if (it == file.tensors.end()) damaged(path, fmt::format("it lacks the tensor '{}'", name));
    return it->second;
  };
  if (text("format") != format_name) damaged(path, "it is of another format");
  ForgettingSet set;
  try {
    const auto taxonomy = nlohmann::json::parse(text("taxonomy"));
    taxonomy.at("fine").get_to(set.taxonomy.fine);
    taxonomy.at("coarse").get_to(set.taxonomy.coarse);
    taxonomy.at("parent").get_to(set.taxonomy.parent);
    nlohmann::json::parse(text("templates")).get_to(set.templates);
    if (file.metadata.contains("texts")) nlohmann::json::parse(text("texts")).get_to(set.texts);
  } catch (const nlohmann::json::exception&) {
    damaged(path, "its names or prompts cannot be read");
  }
  validate(set.taxonomy, path.string());
  if (set.templates.empty()) damaged(path, "it has no prompts");
  auto count = static_cast<std::int64_t>(set.texts.size());
  if (file.metadata.contains("texts")) {
    if (count == 0) damaged(path, "it has no texts");
  } else {
    set.images = tensor("images");
    count = set.images.dim() == 4 ? set.images.size(0) : 0;
    if (count == 0 || set.images.scalar_type() != at::kByte || set.images.size(1) != 3 ||
        set.images.size(2) != set.images.size(3))
      damaged(path, "'images' is not uint8 [N, 3, S, S] with N > 0");
  }
  set.fine = tensor("fine");
  check_labels(path, "fine", set.fine, count, set.taxonomy.fine.size());
  if (set.taxonomy.hierarchical()) {
    set.coarse = tensor("coarse");
    check_labels(path, "coarse", set.coarse, count, set.taxonomy.coarse.size());
    if (const auto found = file.tensors.find("forget_coarse"); found != file.tensors.end()) {
      set.forget_coarse = found->second;
      if (set.forget_coarse.scalar_type() != at::kBool ||
          set.forget_coarse.sizes() != set.fine.sizes())
        damaged(path, fmt::format("'forget_coarse' is not bool [{}]", count));
    }
  }
  return set;
}

}  // namespace lacuna
