#include "run/predictions.hpp"

#include <ATen/ATen.h>

#include "lacuna/error.hpp"
#include "model/safetensors.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

at::Tensor packed(const at::Tensor& labels, std::size_t classes) {
  return labels.to(classes <= 256 ? at::kByte : classes <= 32768 ? at::kShort : at::kInt);
}

at::Tensor labels_of(const Safetensors& file, const std::string& name, std::int64_t classes) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw ConfigError("tensor '" + name + "' is missing");
  const auto labels = found->second.to(at::kLong);
  if (labels.dim() != 1) throw ConfigError("tensor '" + name + "' is not a list of labels");
  if (labels.numel() > 0 &&
      (labels.min().item<std::int64_t>() < 0 || labels.max().item<std::int64_t>() >= classes)) {
    throw ConfigError("tensor '" + name + "' holds a label that has no name");
  }
  return labels;
}

EvaluationPredictions unpack(const Safetensors& file, const json& entry) {
  EvaluationPredictions out{entry.at("id"), role_from(entry.at("role")), entry.at("forget"), {}};
  out.forget_coarse = entry.value("forget_coarse", out.forget_coarse);
  auto& predictions = out.predictions;
  auto& taxonomy = predictions.taxonomy;
  taxonomy = {entry.at("fine"), entry.at("coarse"), entry.at("parent")};
  validate(taxonomy, out.id);
  const auto fine = static_cast<std::int64_t>(taxonomy.fine.size());
  predictions.fine_target = labels_of(file, out.id + "/fine_target", fine);
  predictions.fine_predicted = labels_of(file, out.id + "/fine_predicted", fine);
  if (taxonomy.hierarchical()) {
    predictions.coarse_target =
        at::tensor(taxonomy.parent, at::kLong).index_select(0, predictions.fine_target);
    predictions.coarse_predicted = labels_of(file, out.id + "/coarse_predicted",
                                             static_cast<std::int64_t>(taxonomy.coarse.size()));
  }
  for (const auto* predicted : {&predictions.fine_predicted, &predictions.coarse_predicted}) {
    if (predicted->defined() && predicted->numel() != predictions.fine_target.numel())
      throw ConfigError(out.id + ": there are not as many predictions as pictures");
  }
  predictions.forget = out.forget.empty()
                           ? at::zeros_like(predictions.fine_target, at::kBool)
                           : at::isin(predictions.fine_target, at::tensor(out.forget, at::kLong));
  if (!out.forget_coarse.empty() && !taxonomy.hierarchical())
    throw ConfigError(out.id + ": coarse labels to be forgotten where there are none");
  mark_forgotten_coarse(out);
  return out;
}

}  // namespace

void mark_forgotten_coarse(EvaluationPredictions& evaluation) {
  auto& predictions = evaluation.predictions;
  if (!evaluation.forget_coarse.empty())
    predictions.forget_coarse =
        at::isin(predictions.coarse_target, at::tensor(evaluation.forget_coarse, at::kLong));
}

void save_predictions(const std::filesystem::path& path,
                      const std::vector<EvaluationPredictions>& evaluations) {
  NamedTensors tensors;
  auto index = json::array();
  for (const auto& [id, role, forget, predictions, forget_coarse] : evaluations) {
    const auto& taxonomy = predictions.taxonomy;
    tensors[id + "/fine_target"] = packed(predictions.fine_target, taxonomy.fine.size());
    tensors[id + "/fine_predicted"] = packed(predictions.fine_predicted, taxonomy.fine.size());
    if (taxonomy.hierarchical()) {
      tensors[id + "/coarse_predicted"] =
          packed(predictions.coarse_predicted, taxonomy.coarse.size());
    }
    index.push_back({{"id", id},
                     {"role", to_string(role)},
                     {"forget", forget},
                     {"fine", taxonomy.fine},
                     {"coarse", taxonomy.coarse},
                     {"parent", taxonomy.parent}});
    if (!forget_coarse.empty()) index.back()["forget_coarse"] = forget_coarse;
  }
  save_safetensors(path, tensors, {{"schema_version", "1"}, {"evaluations", index.dump()}});
}

std::vector<EvaluationPredictions> load_predictions(const std::filesystem::path& path) {
  const auto file = load_safetensors(path);
  try {
    std::vector<EvaluationPredictions> out;
    for (const auto& entry : parse_json(file.metadata.at("evaluations")))
      out.push_back(unpack(file, entry));
    return out;
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  } catch (const std::exception&) {  // json's and map's own, whose words mean nothing to a user
    throw ConfigError(path.string() +
                      ": not a predictions file (its metadata is missing or damaged)");
  }
}

json counts_of(const EvaluationPredictions& evaluation) {
  const auto& predictions = evaluation.predictions;
  const std::map<std::string, Group> groups{
      {"forget", Group::forget}, {"retain", Group::retain}, {"all", Group::all}};
  json out;
  for (const auto& [name, group] : groups) {
    if (evaluation.forget.empty() && group != Group::all) continue;
    for (const auto level : {Level::fine, Level::coarse}) {
      if (level == Level::coarse && !predictions.taxonomy.hierarchical()) continue;
      const auto [correct, n] = count(predictions, group, level);
      out[name][to_string(level)] = {correct, n};
    }
  }
  if (predictions.forget_coarse.defined()) {
    const auto [correct, n] = count(predictions, Group::forgotten_coarse, Level::coarse);
    out["forgotten_coarse"]["coarse"] = {correct, n};
  }
  return out;
}

}  // namespace lacuna
