#include "train/trajectory.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cmath>

namespace lacuna {
namespace {

// Order of the scalars of a step.
namespace slot {
enum {
  loss,
  objective,
  kl_coarse,
  kl_fine,
  forgotten,
  fitted,
  agreeing,
  coarse_right,
  coarse_gone,
  forgotten_coarse
};
}

constexpr auto display_period = std::chrono::milliseconds(200);

}  // namespace

void Trajectory::begin(std::int64_t steps, bool on_cpu) {
  first_step_ = step_;
  steps_ = steps;
  on_cpu_ = on_cpu;
}

void Trajectory::add(StepRecord record, std::int64_t epoch, double learning_rate) {
  at::NoGradGuard no_grad;
  const auto zero = at::zeros({}, record.loss.options().dtype(at::kDouble));
  std::vector<at::Tensor> scalars;
  for (const auto& scalar : {record.loss, record.objective, record.kl_coarse, record.kl_fine,
                             record.forgotten, record.fitted, record.agreeing, record.coarse_right,
                             record.coarse_gone, record.forgotten_coarse})
    scalars.push_back(scalar.defined() ? scalar.detach().to(at::kDouble) : zero);
  pending_.push_back({at::stack(scalars), epoch, record.rows, ++step_, learning_rate,
                      record.kl_coarse.defined(), record.kl_fine.defined(),
                      record.coarse_right.defined(), record.coarse_gone.defined()});
  if (on_cpu_) return read();
  const auto now = std::chrono::steady_clock::now();
  if (!progress_ || now - shown_ <= display_period) return;
  shown_ = now;
  progress_({step_ - first_step_, steps_, epoch});
}

void Trajectory::read() {
  if (pending_.empty()) return;
  std::vector<at::Tensor> rows;
  for (const auto& pending : pending_) rows.push_back(pending.scalars);
  const auto table = at::stack(rows).cpu();
  const auto at = table.accessor<double, 2>();
  Progress latest;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    const auto& step = pending_[i];
    const auto row = at[static_cast<std::int64_t>(i)];
    const double n = static_cast<double>(step.rows);
    if (!std::isfinite(row[slot::loss])) {
      NotFinite error(
          fmt::format("loss: {} at step {} of {}, epoch {} (a lower learning rate may help)",
                      row[slot::loss], step.step - first_step_, steps_, step.epoch));
      error.trajectory = json_;
      throw error;
    }
    const double accuracy = row[slot::forgotten] / n, agreement = row[slot::agreeing] / n;
    const double gone = row[slot::coarse_gone], kept = n - gone;
    auto& entry = json_["steps"].emplace_back();
    entry = {
        {"step", step.step},
        {"epoch", step.epoch},
        {"loss", row[slot::loss]},
        {"objective", row[slot::objective]},
        {"kl_coarse", step.kl_coarse ? nlohmann::json(row[slot::kl_coarse]) : nlohmann::json()},
        {"kl_fine", step.kl_fine ? nlohmann::json(row[slot::kl_fine]) : nlohmann::json()},
        {"forget_accuracy", accuracy},
        {"utility_proxy",
         step.coarse && kept > 0 ? (row[slot::coarse_right] / kept + agreement) / 2 : agreement},
        {"learning_rate", step.learning_rate}};
    if (step.coarse_gone)
      entry["forget_coarse_accuracy"] =
          gone > 0 ? nlohmann::json(row[slot::forgotten_coarse] / gone) : nlohmann::json();
    counts_.forgotten_coarse += std::llround(row[slot::forgotten_coarse]);
    counts_.coarse_gone += std::llround(gone);
    counts_.forgotten += std::llround(row[slot::forgotten]);
    counts_.fitted += std::llround(row[slot::fitted]);
    counts_.rows += step.rows;
    counts_.loss += row[slot::loss];
    ++counts_.steps;
    latest = {step.step - first_step_, steps_, step.epoch, row[slot::loss], accuracy};
  }
  pending_.clear();
  if (progress_) progress_(latest);
}

EpochCounts Trajectory::end_epoch() {
  read();
  return std::exchange(counts_, {});
}

void Trajectory::log(const std::string& name, double value) {
  if (!std::isfinite(value)) {
    NotFinite error(fmt::format("{}: the logged value is {} (a finite number)", name, value));
    error.trajectory = json_;
    throw error;
  }
  json_["log"][name].push_back(value);
}

}  // namespace lacuna
