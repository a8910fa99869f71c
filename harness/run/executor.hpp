// Where work orders are done: on local slots, or by whatever starts `lacuna worker` elsewhere.
#pragma once

#include <string>
#include <vector>

#include "run/machine/progress.hpp"
#include "run/work_order.hpp"

namespace lacuna {

// What is new of an order.
struct OrderNews {
  int order = 0;
  std::vector<JobOutcome> done = {};
  bool ended = false;
  std::vector<std::string> put_back = {};  // once ended: keys of jobs that it never came to
};

// A job that takes its worker down is done, as a failure; those behind it are put back. [one
// thread]
class Executor {
 public:
  virtual ~Executor() = default;  // ends whatever still runs
  virtual bool has_room() const = 0;
  // Returns the order's number. Throws Error.
  virtual int start(WorkOrder order) = 0;
  // Never blocks.
  virtual std::vector<OrderNews> news() = 0;
  virtual std::vector<RunningStep> running() const = 0;
  // Until there may be news, at most `seconds`.
  virtual void wait(double seconds) = 0;
};

}  // namespace lacuna
