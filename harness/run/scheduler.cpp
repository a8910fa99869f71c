#include "run/scheduler.hpp"

#include <fmt/format.h>

#include <list>
#include <set>

#include "run/cell_names.hpp"
#include "run/collect.hpp"
#include "run/machine.hpp"
#include "run/worker_process.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// waiting: nothing is known of it yet. ready: ours (we hold its lock), to be unlearned. unlearned:
// to be evaluated.
enum class Stage { waiting, ready, unlearned, running, done };

struct Task {
  const PlannedCell* cell = nullptr;
  Stage stage = Stage::waiting;
  std::string status = {};  // once done; "not run" and "not stored" are no results
  std::string reason = {};  // of these two
  std::optional<FileLock> lock = {};
  Clock::time_point retry_at{};        // someone else holds the lock: not before this
  json stored = {};                    // its result, where only the metrics have to be computed
  std::set<std::string> metrics = {};  // which of them
  bool rescore = false;
  json trajectory = {}, steps = json::object();
  std::string started = {};
  double used_seconds = 0;  // of the cell's time limit
};

// A worker and what it works for: a cell, or (task == nullptr) a forgetting set.
struct Active {
  Task* task;
  std::string set;
  WorkerProcess worker;
};

class Run {
 public:
  Run(const Plan& plan, const Store& store, const RunOptions& options, Display& display)
      : plan_(plan),
        store_(store),
        options_(options),
        display_(display),
        names_(plan),
        stored_cells_(store) {
    std::set<std::string> seen;
    for (const auto& cell : plan.cells) {
      if (seen.insert(cell.key).second) tasks_.push_back({.cell = &cell});
    }
    for (auto& task : tasks_) by_key_[task.cell->key] = &task;
    summary_.cells = static_cast<std::int64_t>(tasks_.size());
  }

  RunSummary run() {
    while (over() < summary_.cells) {
      if (options_.interrupted()) {
        summary_.interrupted = true;
        break;
      }
      while (static_cast<int>(active_.size()) < options_.jobs && start_one()) {
      }
      show();
      std::vector<const Process*> processes;
      for (const auto& active : active_) processes.push_back(&active.worker.process());
      wait_for_any(processes, 0.1);
      collect();
    }
    active_.clear();  // kills what an interruption left
    display_.clear();
    return summary_;
  }

 private:
  // Starts the most useful step that can be started now; false if there is none.
  bool start_one() {
    for (auto& task : tasks_) {
      if (task.stage == Stage::unlearned && for_task(task, [&] { return advance(task); }))
        return true;
    }
    for (auto& task : tasks_) {
      if (task.stage == Stage::waiting && !may_claim(task)) continue;
      const bool started = for_task(task, [&] {
        if (task.stage == Stage::waiting) claim(task);
        return (task.stage == Stage::ready || task.stage == Stage::unlearned) && advance(task);
      });
      if (started) return true;
    }
    return false;
  }

  // Whatever keeps this process from its work for a cell (no space, a folder in a file's place) is
  // that cell's row, not the end of the run, and no result of the cell.
  template <class Body>
  bool for_task(Task& task, Body body) {
    try {
      return body();
    } catch (...) {
      using Cause = Failure::Cause;
      const auto failure = lacuna::failure_of(std::current_exception());
      const bool machine = failure.cause == Cause::machine || failure.cause == Cause::out_of_memory;
      give_up(task, machine ? "not run" : "not stored", failure.message);
      return false;
    }
  }

  // Cells whose forgetting set is being built are left for another run in this folder to take.
  bool may_claim(const Task& task) const {
    if (Clock::now() < task.retry_at || building_.contains(task.cell->set)) return false;
    const auto elsewhere = built_elsewhere_.find(task.cell->set);
    return elsewhere == built_elsewhere_.end() || Clock::now() >= elsewhere->second;
  }

  // Makes the task ours, unless someone else works on it; finds out what of it is there already.
  void claim(Task& task) {
    const auto& cell = *task.cell;
    task.lock = FileLock::acquire(store_.lock(cell.key));
    if (!task.lock) {
      task.retry_at = Clock::now() + std::chrono::milliseconds(500);
      return;
    }
    if (!cell.status.empty()) return settle_planned(task);
    auto found = look_up(cell, plan_, store_, stored_cells_, options_);
    const bool missing = found.stored == LookUp::Stored::missing;
    if (!found.reason.empty()) {
      display_.line(fmt::format("{}: {}: {}", names_.of(cell),
                                missing ? "is made anew" : "is scored again", found.reason));
    }
    task.stored = std::move(found.result);
    task.metrics = std::move(found.metrics);
    if (found.stored == LookUp::Stored::complete) {
      ++summary_.cached;
      return settle(task, task.stored);
    }
    task.started = utc_now();
    task.rescore = found.stored == LookUp::Stored::other_metrics;
    task.stage = cell.is_original() || task.rescore ? Stage::unlearned : Stage::ready;
    if (task.stage == Stage::unlearned) return;
    // An earlier run may have been stopped between the two steps.
    std::error_code ignored;
    auto earlier = finished_result("unlearn", store_.work(cell.key) / "unlearn");
    if (earlier && std::filesystem::is_regular_file(store_.made_weights(cell.key), ignored)) {
      task.trajectory = earlier->at("trajectory");
      task.steps["unlearn"] = {{"resumed", true}};
      task.stage = Stage::unlearned;
    }
  }

  // Starts the next step of a task that is ours. False if it has to wait for something, or has just
  // ended.
  bool advance(Task& task) {
    const auto& cell = *task.cell;
    if (!cell.is_original()) {
      const auto& original = *by_key_.at(cell.original);
      if (original.stage == Stage::done && original.status != "ok") {
        if (original.status == "not run" || original.status == "not stored") {
          give_up(task, original.status, "original model: " + original.reason);
        } else {
          fail(task, original_failure(original));
        }
        return false;
      }
      if (task.stage == Stage::unlearned && original.stage != Stage::done) return false;
    }
    if (task.stage == Stage::unlearned) {
      start_evaluation(task);
      return true;
    }
    if (const auto broken = broken_sets_.find(cell.set); broken != broken_sets_.end()) {
      fail(task, broken->second);
      return false;
    }
    std::error_code ignored;
    if (!std::filesystem::exists(store_.set(cell.set), ignored)) return start_set(cell.set);
    start_unlearning(task);
    return true;
  }

  bool start_set(const std::string& name) {
    if (building_.contains(name)) return false;
    auto lock = FileLock::acquire(store_.lock("set-" + name));
    if (!lock) {
      built_elsewhere_[name] = Clock::now() + std::chrono::milliseconds(200);
      return false;
    }
    auto job = plan_.sets.at(name);
    job["out"] = store_.set(name).string();
    WorkerProcess worker("forgetting-set", job, store_.work("set-" + name) / "set",
                         store_.log("set-" + name), options_.cell_timeout, options_);
    active_.push_back({nullptr, name, std::move(worker)});
    building_.emplace(name, std::move(*lock));
    return true;
  }

  json metrics_of(const Task& task) const {
    auto out = json::array();
    for (const auto& metric : plan_.metrics)
      if (task.metrics.contains(metric.at("id").get<std::string>())) out.push_back(metric);
    return out;
  }

  void start_unlearning(Task& task) {
    auto job = task.cell->unlearn;
    job["set"] = store_.set(task.cell->set).string();
    job["weights"] = store_.made_weights(task.cell->key).string();
    start(task, "unlearn", std::move(job));
  }

  void start_evaluation(Task& task) {
    const auto& cell = *task.cell;
    auto job = cell.evaluate;
    job["metrics"] = task.rescore ? metrics_of(task) : plan_.metrics;
    job["predictions"] = store_.made_predictions(cell.key).string();
    if (task.rescore) job["known"] = store_.predictions(cell.key).string();
    if (!cell.is_original()) {
      job["weights"] = store_.made_weights(cell.key).string();
      job["before"] = store_.predictions(cell.original).string();
    }
    start(task, "evaluate", std::move(job));
  }

  void start(Task& task, const std::string& step, json job) {
    const auto& key = task.cell->key;
    double limit = 0;
    if (options_.cell_timeout > 0)
      limit = std::max(options_.cell_timeout - task.used_seconds, 1e-3);
    task.stage = Stage::running;
    active_.push_back({&task, "",
                       WorkerProcess(step, std::move(job), store_.work(key) / step, store_.log(key),
                                     limit, options_)});
  }

  void collect() {
    for (auto it = active_.begin(); it != active_.end();) {
      auto outcome = it->worker.poll();
      if (!outcome) {
        ++it;
        continue;
      }
      const auto step = it->worker.step();
      auto* task = it->task;
      const auto set = it->set;
      it = active_.erase(it);
      if (task == nullptr) {
        if (!outcome->ok) broken_sets_[set] = outcome->failure;
        building_.erase(set);
        remove_work("set-" + set);
        continue;
      }
      for_task(*task, [&] {
        take(*task, step, *outcome);
        return true;
      });
    }
  }

  void take(Task& task, const std::string& step, const StepOutcome& outcome) {
    task.used_seconds += outcome.record.at("seconds").get<double>();
    task.steps[step] = outcome.record;
    if (!outcome.ok) {
      if (step == "unlearn") {
        task.trajectory = outcome.result.value("trajectory", partial_trajectory(outcome.progress));
      }
      fail(task, outcome.failure);
    } else if (step == "unlearn") {
      task.trajectory = outcome.result.at("trajectory");
      task.stage = Stage::unlearned;
    } else {
      finish(task, outcome.result);
    }
  }

  void finish(Task& task, const json& evaluated) {
    const auto& cell = *task.cell;
    if (task.rescore) return finish_rescoring(task, evaluated);
    move_files(store_, cell, options_);
    auto result = evaluated_result(cell, plan_, store_, evaluated, task.trajectory);
    write_json(store_.record(cell.key), record_of(cell.key, task.started, task.steps, options_));
    result = store_result(store_, cell, result);  // last: a result vouches for its other files
    if (result.at("status") == "ok") {
      announce(task, fmt::format("ok, {}", duration_text(task.used_seconds)));
    } else {
      announce(task, fmt::format("failed: {}", result.at("reason").get<std::string>()));
    }
    settle(task, result);
  }

  void finish_rescoring(Task& task, const json& evaluated) {
    const auto& key = task.cell->key;
    const auto result = rescored_result(task.stored, plan_, evaluated);
    if (const auto reason = why_too_long(result); !reason.empty())
      return fail(task, {"exception", reason});
    if (store_.read_cell(key) != result) write_json(store_.cell(key), result);
    ++summary_.cached;
    ++summary_.scored_again;
    summary_.metrics.insert(task.metrics.begin(), task.metrics.end());
    announce(task, fmt::format("scored again, {}", duration_text(task.used_seconds)));
    settle(task, result);
  }

  void fail(Task& task, const CellFailure& failure) {
    const auto& cell = *task.cell;
    if (failure.kind == machine_failure) return give_up(task, "not run", failure.reason);
    if (task.rescore) {
      // Metrics failed, not the cell: what is stored stands, and the next run tries again.
      announce(task, fmt::format("not scored anew ({}): {}", failure.kind, failure.reason));
      return settle(task, task.stored, failure.reason + " (the cell keeps what it had)");
    }
    // A good result stays: of another run on a disk without locks, which took its files from us, or
    // of an earlier one that kept no weights.
    auto any = options_;
    any.keep_weights = false;
    const auto found = look_up(cell, plan_, store_, stored_cells_, any);
    if (found.stored != LookUp::Stored::missing && found.result.at("status") == "ok") {
      announce(task, fmt::format("failed ({}): {}", failure.kind, failure.reason));
      return settle(task, found.result, failure.reason + " (the cell keeps what it had)");
    }
    const bool failed = failure.kind != "not_applicable";
    auto result = failed ? failed_result(cell.key, cell.cell, failure)
                         : not_applicable_result(cell.key, cell.cell, failure.reason);
    if (!task.trajectory.is_null()) result["trajectory"] = task.trajectory;
    write_json(store_.record(cell.key), record_of(cell.key, task.started, task.steps, options_));
    result = store_result(store_, cell, result);
    announce(task, failed ? fmt::format("failed ({}): {}", failure.kind, failure.reason)
                          : "not applicable: " + failure.reason);
    settle(task, result);
  }

  // Nothing is known of the cell after this run, and nothing is stored: the next run tries again,
  // from what is there of its work. `status`: "not run" or "not stored".
  void give_up(Task& task, const std::string& status, const std::string& reason) {
    announce(task, fmt::format("{}: {}", status, reason));
    task.stage = Stage::done;
    task.status = status;
    task.reason = reason;
    if (status == "not run") {
      summary_.not_run.push_back(fmt::format("{}: {}", names_.of(*task.cell), reason));
    } else {
      ++summary_.failed;
      summary_.failures.push_back(fmt::format("{}: {}: {}", names_.of(*task.cell), status, reason));
    }
    release(task);
  }

  CellFailure original_failure(const Task& original) const {
    const auto stored = store_.read_cell(original.cell->key);
    if (!stored) return {"exception", "the original model has no result"};
    return {stored->value("failure", "exception"),
            "original model: " + stored->value("reason", "")};
  }

  // Missing data and impossible combinations: nothing runs, the row says why.
  void settle_planned(Task& task) {
    const auto& cell = *task.cell;
    const auto result = cell.status == "failed"
                            ? failed_result(cell.key, cell.cell, {"data", cell.reason})
                            : not_applicable_result(cell.key, cell.cell, cell.reason);
    if (store_.read_cell(cell.key) == result) {
      ++summary_.cached;
    } else {
      store_result(store_, cell, result);
      announce(task,
               fmt::format("{}: {}", cell.status == "failed" ? "failed (data)" : "not applicable",
                           cell.reason));
    }
    settle(task, result);
  }

  // The task is over, its result stands in its file. `lost`: why something was not done all the
  // same; it counts as a failure of this run.
  void settle(Task& task, const json& result, const std::string& lost = {}) {
    task.stage = Stage::done;
    task.status = result.at("status");
    const bool failed = task.status == "failed" || !lost.empty();
    (failed ? summary_.failed : task.status == "ok" ? summary_.ok : summary_.not_applicable)++;
    if (failed) {
      summary_.failures.push_back(
          fmt::format("{}: {}", names_.of(*task.cell),
                      lost.empty() ? result.at("reason").get<std::string>() : lost));
    }
    remove_work(task.cell->key);
    release(task);
  }

  static void release(Task& task) {
    task.lock.reset();
    task.trajectory = task.stored = nullptr;
  }

  // What cannot be removed now is in nobody's way.
  void remove_work(const std::string& name) const {
    std::error_code ignored;
    std::filesystem::remove_all(store_.work(name), ignored);
  }

  void announce(const Task& task, const std::string& what) {
    ++announced_;
    display_.line(fmt::format("[{:>{}}/{}] {}: {}", over() + 1,
                              std::to_string(summary_.cells).size(), summary_.cells,
                              names_.of(*task.cell), what));
  }

  void show() {
    RunState state{.cells = summary_.cells,
                   .done = summary_.ok,
                   .failed = summary_.failed,
                   .not_applicable = summary_.not_applicable};
    for (const auto& active : active_) {
      state.running.push_back(
          active.worker.state(active.task ? names_.of(*active.task->cell) : "forgetting set"));
    }
    if (announced_ > 0) {
      const auto left = summary_.cells - over();
      state.eta_seconds =
          seconds_since(start_) / static_cast<double>(announced_) * static_cast<double>(left);
    }
    display_.update(state);
  }

  std::int64_t over() const {
    return summary_.ok + summary_.failed + summary_.not_applicable +
           static_cast<std::int64_t>(summary_.not_run.size());
  }

  const Plan& plan_;
  const Store& store_;
  const RunOptions& options_;
  Display& display_;
  CellNames names_;
  StoredCells stored_cells_;
  std::vector<Task> tasks_;
  std::map<std::string, Task*> by_key_;
  std::list<Active> active_;
  std::map<std::string, FileLock> building_;                  // forgetting sets
  std::map<std::string, Clock::time_point> built_elsewhere_;  // when to look again
  std::map<std::string, CellFailure> broken_sets_;
  RunSummary summary_;
  std::int64_t announced_ = 0;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options,
                    Display& display) {
  write_json(store.plan(plan.name), published(plan));
  return Run(plan, store, options, display).run();
}

}  // namespace lacuna
