#include "run/local_slots.hpp"

#include <algorithm>

namespace lacuna {

LocalSlots::LocalSlots(const RunOptions& options) : options_(options) {
  // Of each device one before the second of any: the first orders are spread over all.
  for (int job = 0; job < std::max(1, options.jobs); ++job)
    for (const auto& device : options.devices) slots_.push_back({.device = device});
}

bool LocalSlots::has_room() const {
  return std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) { return !slot.worker; });
}

int LocalSlots::start(WorkOrder order) {
  const auto free =
      std::find_if(slots_.begin(), slots_.end(), [](const auto& slot) { return !slot.worker; });
  if (free == slots_.end()) throw Error("no slot is free");
  free->worker =
      std::make_unique<BatchWorker>(orders_ + 1, std::move(order), free->device, options_);
  return ++orders_;
}

std::vector<OrderNews> LocalSlots::news() {
  std::vector<OrderNews> out;
  for (auto& slot : slots_) {
    if (!slot.worker) continue;
    auto news = slot.worker->news();
    if (news.ended) slot.worker.reset();
    if (news.ended || !news.done.empty()) out.push_back(std::move(news));
  }
  return out;
}

std::vector<RunningStep> LocalSlots::running() const {
  std::vector<RunningStep> out;
  for (const auto& slot : slots_)
    if (slot.worker) out.push_back(slot.worker->state());
  return out;
}

void LocalSlots::wait(double seconds) {
  std::vector<const Process*> processes;
  for (const auto& slot : slots_)
    if (slot.worker) processes.push_back(&slot.worker->process());
  wait_for_any(processes, seconds);
}

}  // namespace lacuna
