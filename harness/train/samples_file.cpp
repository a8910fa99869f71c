#include "train/samples_file.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "model/weights/safetensors.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

json names_of(const Taxonomy& taxonomy) {
  return {{"fine", taxonomy.fine}, {"coarse", taxonomy.coarse}, {"parent", taxonomy.parent}};
}

json put(const std::string& set, const std::string& side, const std::vector<Labels>& labels,
         NamedTensors& tensors) {
  auto out = json::array();
  for (const auto& asked : labels) {
    const auto name = fmt::format("{}/{}/{}", set, side, out.size());
    tensors[name + "/target"] = asked.target;
    if (asked.sample.defined()) tensors[name + "/sample"] = asked.sample;
    if (asked.forgotten.defined()) tensors[name + "/forgotten"] = asked.forgotten;
    out.push_back(
        {{"question", asked.question}, {"choices", asked.choices}, {"names", asked.names}});
  }
  return out;
}

json put(const std::string& set, const Samples& samples, NamedTensors& tensors) {
  if (samples.images.defined()) tensors[set + "/images"] = samples.images;
  return {{"size", samples.size},
          {"texts", samples.texts},
          {"forget", put(set, "forget", samples.forget, tensors)},
          {"keep", put(set, "keep", samples.keep, tensors)},
          {"taxonomy", names_of(samples.taxonomy)},
          {"templates", samples.templates}};
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path), file_(load_safetensors(path)) {
    const auto format = file_.metadata.find("format");
    if (format == file_.metadata.end() || format->second != kSamplesFormat)
      damaged("it is of another format");
    const auto text = file_.metadata.find("sets");
    if (text == file_.metadata.end()) damaged("its metadata lack 'sets'");
    sets_ = parse_json(text->second);
    if (!sets_.is_object()) damaged("its names or prompts cannot be read");
  }

  Samples read(const std::string& set) const {
    Samples out;
    if (!sets_.contains(set)) return out;
    const auto& described = sets_.at(set);
    try {
      described.at("size").get_to(out.size);
      described.at("texts").get_to(out.texts);
      described.at("templates").get_to(out.templates);
      described.at("taxonomy").at("fine").get_to(out.taxonomy.fine);
      described.at("taxonomy").at("coarse").get_to(out.taxonomy.coarse);
      described.at("taxonomy").at("parent").get_to(out.taxonomy.parent);
      out.forget = read(set + "/forget", described.at("forget"), out.size);
      out.keep = read(set + "/keep", described.at("keep"), out.size);
    } catch (const nlohmann::json::exception&) {
      damaged("its names or prompts cannot be read");
    }
    validate(out.taxonomy, path_.string());
    if (out.templates.empty()) damaged("it has no prompts");
    if (out.size < 1) damaged("it has no samples");
    if (out.texts.empty()) {
      out.images = tensor(set + "/images");
      if (out.images.dim() != 4 || out.images.scalar_type() != at::kByte ||
          out.images.size(0) != out.size || out.images.size(1) != 3 ||
          out.images.size(2) != out.images.size(3))
        damaged(fmt::format("'{}/images' is not uint8 [{}, 3, S, S]", set, out.size));
    } else if (static_cast<std::int64_t>(out.texts.size()) != out.size) {
      damaged(fmt::format("it has {} texts for {} samples", out.texts.size(), out.size));
    }
    return out;
  }

 private:
  [[noreturn]] void damaged(const std::string& reason) const {
    throw ConfigError(fmt::format("{}: {} (samples written by lacuna)", path_.string(), reason));
  }

  const at::Tensor& tensor(const std::string& name) const {
    const auto it = file_.tensors.find(name);
    if (it == file_.tensors.end()) damaged(fmt::format("it lacks the tensor '{}'", name));
    return it->second;
  }

  // int64 [rows] in [0, limit).
  const at::Tensor& indices(const std::string& name, std::int64_t limit) const {
    const auto& out = tensor(name);
    if (out.scalar_type() != at::kLong || out.dim() != 1)
      damaged(fmt::format("'{}' is not a list of int64", name));
    if (out.lt(0).logical_or(out.ge(limit)).any().item<bool>())
      damaged(fmt::format("'{}' has a label outside [0, {})", name, limit));
    return out;
  }

  std::vector<Labels> read(const std::string& side, const json& questions,
                           std::int64_t size) const {
    std::vector<Labels> out;
    for (const auto& question : questions) {
      const auto name = fmt::format("{}/{}", side, out.size());
      auto& labels = out.emplace_back();
      question.at("question").get_to(labels.question);
      question.at("choices").get_to(labels.choices);
      question.at("names").get_to(labels.names);
      if (!labels.names.empty() && std::ssize(labels.names) != labels.choices)
        damaged(fmt::format("'{}' has {} names for {} choices", name, labels.names.size(),
                            labels.choices));
      labels.target = indices(name + "/target", labels.choices);
      if (file_.tensors.contains(name + "/sample")) {
        labels.sample = indices(name + "/sample", size);
        if (labels.sample.sizes() != labels.target.sizes() ||
            labels.sample.diff().lt(0).any().item<bool>())
          damaged(fmt::format("'{}/sample' does not give each label its sample in order", name));
      } else if (labels.rows() != size) {
        damaged(fmt::format("'{}' has {} labels for {} samples", name, labels.rows(), size));
      }
      if (!file_.tensors.contains(name + "/forgotten")) continue;
      labels.forgotten = tensor(name + "/forgotten");
      if (labels.forgotten.scalar_type() != at::kBool ||
          labels.forgotten.sizes() != at::IntArrayRef({labels.rows(), labels.choices}))
        damaged(fmt::format("'{}/forgotten' is not bool [{}, {}]", name, labels.rows(),
                            labels.choices));
    }
    return out;
  }

  std::filesystem::path path_;
  Safetensors file_;
  json sets_;
};

}  // namespace

void save_samples(const std::filesystem::path& path, const SampleSets& sets) {
  NamedTensors tensors;
  json described{{"forget", put("forget", sets.forget, tensors)}};
  if (sets.retain.size > 0) described["retain"] = put("retain", sets.retain, tensors);
  save_safetensors(path, tensors, {{"format", kSamplesFormat}, {"sets", described.dump()}});
}

SampleSets load_samples(const std::filesystem::path& path) {
  const Reader reader(path);
  SampleSets sets{reader.read("forget"), reader.read("retain")};
  if (sets.forget.size < 1)
    throw ConfigError(
        fmt::format("{}: it has nothing to forget (samples written by lacuna)", path.string()));
  return sets;
}

}  // namespace lacuna
