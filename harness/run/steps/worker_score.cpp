#include "run/steps/worker_score.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/weights/safetensors.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/outcome_file.hpp"
#include "run/steps/score.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

// Before and after of the evaluations of a cell and of its neighbour.
constexpr std::size_t kMostKept = 24;

NamedTensors contributions(const std::vector<Value>& values) {
  NamedTensors out;
  for (const auto& value : values)
    if (!value.per_sample.empty())
      out[value.name] = at::tensor(value.per_sample, at::kDouble).to(at::kFloat);
  return out;
}

}  // namespace

const Scorer::Read& Scorer::read(const std::filesystem::path& file) {
  const auto found =
      std::find_if(read_.begin(), read_.end(), [&](const auto& one) { return one.file == file; });
  if (found != read_.end()) {
    read_.splice(read_.begin(), read_, found);
  } else {
    read_.push_front(
        {file, sha256_file(file), std::make_shared<const Predicted>(load_outcome(file))});
    if (read_.size() > kMostKept) read_.pop_back();
  }
  return read_.front();
}

JobResult Scorer::operator()(const ScoreOrder& order, const WorkerHead&) {
  const auto& spec = order.spec;
  auto out = result_of(Step::score, order);
  std::vector<Evaluation> evaluations;
  const auto outcome = [&](const std::string& predict) {
    const auto& file = read(order.outcomes / (predict + ".safetensors"));
    out.outcomes[predict] = file.sha256;
    return file.predicted;
  };
  for (const auto& one : spec.evaluations) {
    const auto before = outcome(one.before), after = outcome(one.after);
    evaluations.push_back(
        evaluation_of(one.id, one.role, *before, *after, one.forget, one.forget_coarse));
  }
  const auto& id = spec.metric.id;
  load_once(registry_, spec.metric.library);
  const auto& entry = *registry_.find(Kind::metric, id).entry;
  const Handover handover(id);
  const auto values = score(entry, spec.metric.params, evaluations);
  if (const auto tensors = contributions(values); !tensors.empty()) {
    save_safetensors(order.per_sample, tensors);
    out.per_sample_sha256 = sha256_file(order.per_sample);
  }
  for (const auto& value : values) {
    auto& stored = out.values.emplace_back();
    static_cast<Value&>(stored) = value;
    stored.per_sample.clear();
    stored.metric = id;
    stored.version = entry.info.version;
    stored.shipped = !spec.metric.replaced;
  }
  return out;
}

}  // namespace lacuna
