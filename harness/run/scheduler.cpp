#include "run/scheduler.hpp"

#include <fmt/format.h>

#include <set>

#include "run/job_collector.hpp"
#include "run/jobs/cell_names.hpp"
#include "run/machine/machine.hpp"
#include "run/order_maker.hpp"
#include "run/order_picker.hpp"
#include "run/plan/plan.hpp"
#include "run/plan/selection.hpp"
#include "run/results/weights_budget.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

// An order that an executor works on.
struct Active {
  Picked picked;
  std::string started;
};

class Run {
 public:
  Run(const Plan& plan, const Store& store, const RunOptions& options, Executor& executor,
      Display& display)
      : store_(store),
        options_(options),
        executor_(executor),
        display_(display),
        names_(plan),
        stored_(store),
        graph_(plan, selected_cells(plan, options.only), stored_, options.retry_failed,
               {.fail = [this](RunJob& job, const JobFailure& why) { collector_.fail(job, why); },
                .over = [this](RunCell& cell) { end(cell); },
                .made_anew = [this](const RunJob& job,
                                    const std::string& why) { made_anew(job, why); }}),
        collector_(plan, store, options, stored_, graph_),
        picker_(graph_, store, [this](RunJob& job) { collector_.for_job(job, [] { throw; }); }) {
    summary_.cells = graph_.cells();
  }

  RunSummary run() {
    while (graph_.cells_over() < graph_.cells()) {
      if (options_.interrupted()) {
        summary_.interrupted = true;
        return summary_;
      }
      while (executor_.has_room() && !options_.interrupted() && start_one()) {
      }
      show();
      executor_.wait(0.1);
      collect();
    }
    if (made_weights_) drop_unneeded_weights();
    return summary_;
  }

 private:
  // Starts the most useful order that can be started now, or looks what comes next; false if there
  // is nothing to do. What frees weights goes first, what makes them last; metrics wait for one
  // another.
  bool start_one() {
    return start(picker_.predict()) || start(picker_.scores(/*patient=*/true)) ||
           start(picker_.one(Step::unlearn)) || start(picker_.one(Step::set)) ||
           graph_.consider_next() || start(picker_.scores(/*patient=*/false));
  }

  bool start(Picked picked) {
    if (picked.jobs.empty()) return false;
    for (auto* job : picked.jobs)
      for (const auto* need : job->needs)
        if (uses_weights(*job, *need)) touch_weights(store_, need->job->key);
    int order = 0;
    try {
      order = executor_.start(order_for(picked.jobs, store_, label_of(picked.jobs)));
    } catch (...) {  // no space, a folder in a file's place: of each of these jobs
      for (auto* job : picked.jobs) collector_.for_job(*job, [] { throw; });
      return true;
    }
    ++summary_.workers;
    active_[order] = {std::move(picked), utc_now()};
    return true;
  }

  std::string label_of(const std::vector<RunJob*>& jobs) const {
    const auto& job = *jobs.front();
    if (job.step() == Step::set) return "forgetting set";
    if (job.step() == Step::score) return counted(std::ssize(jobs), "metric");
    return job.cells.empty() ? job.job->key : names_.of(*job.cells.front()->cell);
  }

  void collect() {
    for (const auto& news : executor_.news()) {
      auto& active = active_.at(news.order);
      for (const auto& outcome : news.done) {
        count(graph_.job(outcome.key));
        collector_.take(outcome, active.started);
      }
      if (!news.ended) continue;
      std::error_code ignored;
      for (const auto* job : active.picked.jobs)
        std::filesystem::remove_all(store_.work(job->job->key), ignored);
      active_.erase(news.order);  // lets the locks go
      for (const auto& key : news.put_back) graph_.put_back(graph_.job(key));
      if (made_weights_) drop_unneeded_weights();
    }
  }

  void count(const RunJob& job) {
    summary_.unlearned += job.step() == Step::unlearn;
    summary_.predicted += job.step() == Step::predict;
    summary_.scored += job.step() == Step::score;
    made_weights_ = made_weights_ || job.step() == Step::unlearn;
  }

  void drop_unneeded_weights() const {
    drop_weights(store_, options_.keep_weights,
                 [&](const std::string& key) { return graph_.needs_weights(key); });
  }

  void made_anew(const RunJob& job, const std::string& reason) {
    const auto name = job.cells.empty() ? job.job->key : names_.of(*job.cells.front()->cell);
    display_.line(fmt::format("{}: {} is made anew: {}", name, to_string(job.step()), reason));
  }

  // Every job of the cell is over.
  void end(RunCell& cell) {
    const auto name = names_.of(*cell.cell);
    if (cell.was_there) ++summary_.cached;
    std::string words;
    switch (cell.outlook) {
      case Outlook::ok:
        ++summary_.ok;
        words = "ok, " + duration_text(seconds_of(cell));
        if (!cell.metrics.empty())
          words += ", " + counted(std::ssize(cell.metrics), "metric") + " failed";
        break;
      case Outlook::failed:
        ++summary_.failed;
        words = fmt::format("failed ({}): {}", cell.failure, cell.reason);
        if (cell.failure == "not stored") words = cell.reason;
        summary_.failures.push_back(name + ": " + cell.reason);
        break;
      case Outlook::not_applicable:
        ++summary_.not_applicable;
        words = "not applicable: " + cell.reason;
        break;
      case Outlook::not_run:
        words = "not run: " + cell.reason;
        summary_.not_run.push_back(name + ": " + cell.reason);
        break;
    }
    for (const auto& metric : cell.metrics)
      summary_.failures.push_back(fmt::format("{}: metric {}", name, metric));
    const bool planned = !cell.cell->status.empty() && cell.jobs.empty();  // found out by each run
    if (!cell.ended_here && !planned && cell.outlook != Outlook::not_run) return;
    ++announced_;
    display_.line(fmt::format("[{:>{}}/{}] {}: {}", graph_.cells_over(),
                              std::to_string(summary_.cells).size(), summary_.cells, name, words));
  }

  static double seconds_of(const RunCell& cell) {
    double out = 0;
    for (const auto* job : cell.jobs) out += job->seconds;
    return out;
  }

  void show() {
    RunState state{.cells = summary_.cells,
                   .done = summary_.ok,
                   .failed = summary_.failed,
                   .not_applicable = summary_.not_applicable,
                   .running = executor_.running()};
    if (announced_ > 0) {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
      state.eta_seconds = passed.count() / static_cast<double>(announced_) *
                          static_cast<double>(summary_.cells - graph_.cells_over());
    }
    display_.update(state);
  }

  const Store& store_;
  const RunOptions& options_;
  Executor& executor_;
  Display& display_;
  CellNames names_;
  StoredJobs stored_;
  RunGraph graph_;
  JobCollector collector_;
  OrderPicker picker_;
  std::map<int, Active> active_;
  RunSummary summary_;
  bool made_weights_ = false;
  std::int64_t announced_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options,
                    Executor& executor, Display& display) {
  write_json(store.plan(plan.name), published(plan));
  auto summary = Run(plan, store, options, executor, display).run();
  display.clear();
  return summary;
}

}  // namespace lacuna
