#include "train/trajectory.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace lacuna {
namespace {

// Order of the scalars of a step; the counts of the questions to forget follow.
namespace slot {
enum { loss, objective, kl_coarse, kl_fine, fitted, agreeing, kept, forget };
}

constexpr auto kDisplayPeriod = std::chrono::milliseconds(200);

}  // namespace

void Trajectory::begin(LoopPlan plan) {
  first_step_ = step_;
  plan_ = std::move(plan);
}

void Trajectory::add(StepRecord record, std::int64_t epoch, double learning_rate) {
  at::NoGradGuard no_grad;
  const auto zero = at::zeros({}, record.loss.options().dtype(at::kDouble));
  std::vector<at::Tensor> scalars;
  const auto put = [&](const at::Tensor& scalar) {
    scalars.push_back(scalar.defined() ? scalar.detach().to(at::kDouble) : zero);
  };
  for (const auto& scalar : {record.loss, record.objective, record.kl_coarse, record.kl_fine,
                             record.fitted, record.agreeing, record.keep.right})
    put(scalar);
  for (const auto& asked : record.forget) put(asked.right);
  // Only whether they are there is asked later: a graph must not wait for it.
  for (auto* scalar : {&record.loss, &record.objective, &record.kl_coarse, &record.kl_fine})
    if (scalar->defined()) *scalar = scalar->detach();
  pending_.push_back({at::stack(scalars), std::move(record), epoch, ++step_, learning_rate});
  if (plan_.on_cpu) return read();
  const auto now = std::chrono::steady_clock::now();
  if (!progress_ || now - shown_ <= kDisplayPeriod) return;
  shown_ = now;
  progress_({step_ - first_step_, plan_.steps, epoch});
}

nlohmann::json Trajectory::entry_of(const Pending& pending, const double* row) {
  const auto& record = pending.record;
  nlohmann::json entry{
      {"step", pending.step},
      {"epoch", pending.epoch},
      {"loss", row[slot::loss]},
      {"objective", row[slot::objective]},
      {"kl_coarse",
       record.kl_coarse.defined() ? nlohmann::json(row[slot::kl_coarse]) : nlohmann::json()},
      {"kl_fine", record.kl_fine.defined() ? nlohmann::json(row[slot::kl_fine]) : nlohmann::json()},
      {"learning_rate", pending.learning_rate}};
  if (!plan_.name.empty()) entry["phase"] = plan_.name;
  for (std::size_t i = 0; i < record.forget.size(); ++i) {
    const auto rows = record.forget[i].rows;
    entry[accuracy_name(i, plan_.forget[i])] =
        rows > 0 ? nlohmann::json(row[slot::forget + i] / static_cast<double>(rows))
                 : nlohmann::json();
  }
  const auto kept = static_cast<double>(record.keep.rows);
  auto& proxy = entry["utility_proxy"] = nullptr;
  if (record.agreeing.defined()) {
    const double agreement = row[slot::agreeing] / static_cast<double>(record.forget.front().rows);
    proxy = kept > 0 ? (row[slot::kept] / kept + agreement) / 2 : agreement;
  } else if (kept > 0) {
    proxy = row[slot::kept] / kept;
  }
  return entry;
}

void Trajectory::read() {
  if (pending_.empty()) return;
  std::vector<at::Tensor> rows;
  for (const auto& pending : pending_) rows.push_back(pending.scalars);
  const auto table = at::stack(rows).cpu().contiguous();
  Progress latest;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto& pending = pending_[i];
    const auto* row = table.const_data_ptr<double>() + static_cast<std::int64_t>(i) * table.size(1);
    if (!std::isfinite(row[slot::loss])) {
      NotFinite error(
          fmt::format("loss: {} at step {} of {}, epoch {} (a lower learning rate may help)",
                      row[slot::loss], pending.step - first_step_, plan_.steps, pending.epoch));
      error.trajectory = json_;
      throw error;
    }
    const auto& asked = pending.record.forget;
    counts_.forget.resize(asked.size());
    for (std::size_t j = 0; j < asked.size(); ++j) {
      if (asked[j].rows == 0) continue;
      auto& count = counts_.forget[j];
      count.right += std::llround(row[slot::forget + j]);
      count.rows += asked[j].rows;
      count.step_accuracies += row[slot::forget + j] / static_cast<double>(asked[j].rows);
      ++count.steps;
    }
    if (!asked.empty() && asked.front().rows > 0) {
      counts_.fitted += std::llround(row[slot::fitted]);
      counts_.fitted_step_accuracies += row[slot::fitted] / static_cast<double>(asked.front().rows);
    }
    counts_.loss += row[slot::loss];
    ++counts_.steps;
    const auto& entry = json_["steps"].emplace_back(entry_of(pending, row));
    latest = {pending.step - first_step_, plan_.steps, pending.epoch, row[slot::loss]};
    if (const auto found = entry.find("forget_accuracy");
        found != entry.end() && found->is_number())
      latest.forget_accuracy = found->get<double>();
  }
  pending_.clear();
  if (progress_) progress_(latest);
}

EpochCounts Trajectory::end_epoch() {
  read();
  return std::exchange(counts_, {});
}

void Trajectory::add_epoch(nlohmann::json entry) {
  if (!plan_.name.empty()) entry["phase"] = plan_.name;
  json_["epochs"].push_back(std::move(entry));
}

void Trajectory::log(const std::string& name, double value) {
  if (!std::isfinite(value)) {
    NotFinite error(fmt::format("{}: the logged value is {} (a finite number)", name, value));
    error.trajectory = json_;
    throw error;
  }
  json_["log"][name].push_back(value);
  const auto now = std::chrono::steady_clock::now();
  if (!progress_ || now - noted_ < std::chrono::milliseconds(100)) return;
  noted_ = now;
  progress_({.step = step_ - first_step_,
             .steps = plan_.steps,
             .note = fmt::format("{} {:.6g}", name, value)});
}

}  // namespace lacuna
