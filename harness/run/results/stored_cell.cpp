#include "run/results/stored_cell.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "model/weights/safetensors.hpp"
#include "run/results/stored_trajectory.hpp"
#include "support/failure.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
using State = StoredJob::State;

class Assembly {
 public:
  Assembly(const Plan& plan, const PlannedCell& cell, StoredJobs& stored, bool contributions)
      : plan_(plan), cell_(cell), stored_(stored), contributions_(contributions) {
    out_.result.key = cell.key;
  }

  StoredCell make() {
    if (!cell_.status.empty()) {
      out_.result.status = cell_.status == "failed" ? Status::failed : Status::not_applicable;
      if (cell_.status == "failed") out_.result.failure = "data";
      out_.result.reason = cell_.reason;
    }
    const auto* original = original_of(plan_, cell_);
    const bool unlearned = cell_.is_original() || take_unlearned();
    if (unlearned && cell_.status.empty() && take_predictions(original)) {
      out_.result.status = Status::ok;
      if (original) out_.result.matching = original->matching;
      for (const auto& metric : plan_.metrics) take_values(metric);
    }
    if (out_.result.status == Status::missing) out_.result = {.key = cell_.key};
    return std::move(out_);
  }

 private:
  CellResult& result() { return out_.result; }

  const StoredJob& read(Step step, const std::string& key) {
    const auto& job = stored_.read(step, key);
    if (job.state == State::damaged) out_.damage.insert(job.reason);
    if (job.state == State::unbacked && result().unchecked.empty()) result().unchecked = below(job);
    return job;
  }

  // A reason without the folder's path.
  std::string below(const StoredJob& job) const {
    return without_prefix(job.reason, stored_.store().folder().string() + "/");
  }

  void fail(const JobResult& job, const std::string& whose) {
    result().status = job.status;
    result().failure = job.failure;
    result().reason = whose + job.reason;
  }

  // Whether there is an unlearned model.
  bool take_unlearned() {
    const auto& job = read(Step::unlearn, cell_.key);
    if (!job.usable()) return false;
    const auto& spec = job.result.spec;
    result().model = spec.at("model");
    result().request = spec.at("request");
    result().training = spec.at("training");
    auto& method = result().method = spec.at("method");
    method["kl"] = spec.at("kl");
    if (method.erase("replaced") > 0) method["shipped"] = false;
    read_trajectory(job.result.trajectory, result());
    if (job.result.status == Status::ok) return true;
    fail(job.result, "");
    return false;
  }

  // Whether all predictions of both models are there.
  bool take_predictions(const PlannedCell* original) {
    bool complete = true;
    for (const auto& [id, role, title, incomplete] : plan_.evaluations) {
      const auto* key = find(cell_.predict, id);
      if (!key) continue;
      result().evaluations.push_back(id);
      result().roles[id] = role;
      complete = take_prediction(*key, "") && complete;
      take_file(id, *key);
      if (cell_.is_original()) continue;
      const auto* before = original ? find(original->predict, id) : nullptr;
      complete = before && take_prediction(*before, "original model: ") && complete;
    }
    return complete && result().status == Status::missing && !result().evaluations.empty();
  }

  static const std::string* find(const std::map<std::string, std::string>& keys,
                                 const std::string& id) {
    const auto found = keys.find(id);
    return found == keys.end() ? nullptr : &found->second;
  }

  bool take_prediction(const std::string& key, const std::string& whose) {
    const auto& job = read(Step::predict, key);
    if (!job.usable()) return false;
    if (job.result.status == Status::ok) return true;
    if (result().status == Status::missing) fail(job.result, whose);
    return false;
  }

  void take_file(const std::string& evaluation, const std::string& key) {
    const auto& job = stored_.read(Step::predict, key);
    if (!job.is_ok()) return;
    if (result().model.is_null()) {
      result().model = job.result.spec.at("model");
      result().method = {{"id", cell_.method}};
    }
    result().predictions[evaluation] = Store::relative_outcome(key);
    if (const auto& flips = job.result.flips; flips.n > 0)
      result().flips[evaluation] = {flips.precision, flips.n, flips.fine};
  }

  void take_values(const PluginSpec& metric) {
    const auto* key = find(cell_.score, metric.id);
    if (!key) return;
    const auto& job = read(Step::score, *key);
    if (!job.is_ok()) {
      StoredValue none;
      none.name = none.metric = metric.id;
      none.version = metric.version;
      none.shipped = !metric.replaced;
      none.reason =
          job.usable() ? "failed: " + job.result.reason : "not computed yet (run the suite)";
      result().values.push_back(std::move(none));
      return;
    }
    auto values = job.result.values;
    if (contributions_ && job.state == State::sound && !job.result.per_sample_sha256.empty())
      take_contributions(*key, values);
    std::move(values.begin(), values.end(), std::back_inserter(result().values));
  }

  void take_contributions(const std::string& score, std::vector<StoredValue>& values) {
    const auto path = stored_.store().per_sample(score);
    try {
      const auto file = load_safetensors(path);
      for (auto& value : values) {
        const auto found = file.tensors.find(value.name);
        if (found == file.tensors.end()) continue;
        if (found->second.dim() != 1)
          throw ConfigError(
              fmt::format("{}: tensor '{}' is not a list of numbers", path.string(), value.name));
        const auto rows = found->second.to(at::kDouble).contiguous();
        value.per_sample.assign(rows.const_data_ptr<double>(),
                                rows.const_data_ptr<double>() + rows.numel());
      }
    } catch (const std::exception& error) {
      if (names_the_machine(error.what())) throw;
      out_.damage.insert(one_line(error.what()));
    }
  }

  const Plan& plan_;
  const PlannedCell& cell_;
  StoredJobs& stored_;
  bool contributions_;
  StoredCell out_;
};

}  // namespace

StoredCell stored_cell(const Plan& plan, const PlannedCell& cell, StoredJobs& stored,
                       bool contributions) {
  return Assembly(plan, cell, stored, contributions).make();
}

}  // namespace lacuna
