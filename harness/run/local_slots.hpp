// Workers on this machine: of each device so many at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "run/batch_worker.hpp"
#include "run/executor.hpp"

namespace lacuna {

// Must be used from the main thread: workers die with the thread that started them.
class LocalSlots final : public Executor {
 public:
  explicit LocalSlots(const RunOptions& options);

  bool has_room() const override;
  int start(WorkOrder order) override;
  std::vector<OrderNews> news() override;
  std::vector<RunningStep> running() const override;
  void wait(double seconds) override;

 private:
  struct Slot {
    std::string device;
    std::unique_ptr<BatchWorker> worker = {};  // null: free
  };

  RunOptions options_;
  std::vector<Slot> slots_;
  int orders_ = 0;
};

}  // namespace lacuna
