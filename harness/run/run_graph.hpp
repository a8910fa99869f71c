// Which jobs of a plan can be run now, which have to wait, and what a cell comes to when all of its
// jobs are over. It starts nothing and writes nothing.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "run/jobs/graph.hpp"
#include "run/results/job_failure.hpp"
#include "run/results/stored_jobs.hpp"

namespace lacuna {

struct RunCell;

// From `ok` on nothing more comes of a job in this run.
enum class Stage {
  unseen,          // not looked for yet
  missing,         // not there, and nobody has asked for it
  waiting,         // asked for; something that it needs is not there yet
  ready,           // to be started
  running,         //
  ok,              // its result is there
  failed,          // its result says why
  not_applicable,  // so does this one's
  blocked,         // what it needs is not to be had: `blame`
  not_run,         // the machine's fault: nothing is stored, the next run tries again
  not_stored,      // there was a result, which could not be stored
};
constexpr bool is_over(Stage stage) { return stage >= Stage::ok; }

struct RunJob {
  using Clock = std::chrono::steady_clock;
  const Job* job = nullptr;
  Stage stage = Stage::unseen;
  std::string failure = {}, reason = {};  // of one that is over and not ok
  const RunJob* blame = nullptr;          // of one that is blocked
  std::vector<RunJob*> needs = {}, needed_by = {};
  std::vector<RunCell*> cells = {};
  bool ran = false;  // in this run
  double seconds = 0;
  Clock::time_point retry_at = {}, ready_since = {};

  // Of an unlearn job: its weights, whose hash its result has.
  enum class Weights { unknown, there, lost };
  Weights weights = Weights::unknown;
  std::string sha256 = {};
  std::string lost = {};  // why they cannot be made again
  bool again = false;     // it runs for its weights alone: its result is there and stays

  Step step() const { return job->step(); }
};

// What a cell is called in a summary.
enum class Outlook { ok, failed, not_applicable, not_run };

struct RunCell {
  const PlannedCell* cell = nullptr;
  std::vector<RunJob*> jobs = {};  // unlearn, predict, score
  bool over = false;
  // Then:
  Outlook outlook = Outlook::ok;
  std::string failure = {}, reason = {};  // if not ok
  std::vector<std::string> metrics = {};  // those that failed: "q_u: reason"
  // Whether the job that ended it, or is to blame for its end, ran here: of two runs that share a
  // folder one says what came of a cell.
  bool ended_here = false;
  bool was_there = false;  // its model and predictions, or why there are none
};

// In the words of a row whose predictions need weights that are gone.
std::string cannot_be_made_again(const std::string& reason);

// Whether `job` reads the weights of `need`, not its result.
bool uses_weights(const RunJob& job, const RunJob& need);

class RunGraph {
 public:
  struct Calls {
    // A job cannot be run, and why: its set failed.
    std::function<void(RunJob&, const JobFailure&)> fail;
    std::function<void(RunCell&)> over;
    // What was found wrong with a stored result.
    std::function<void(const RunJob&, const std::string& reason)> made_anew;
  };
  // Of these cells, by key.
  RunGraph(const Plan& plan, const std::set<std::string>& cells, StoredJobs& stored,
           bool retry_failed, Calls calls);
  RunGraph(const RunGraph&) = delete;

  std::int64_t cells() const { return static_cast<std::int64_t>(cells_.size()); }
  std::int64_t cells_over() const { return over_; }
  RunJob& job(const std::string& key) { return jobs_.at(key); }

  // Looks for the jobs of the next cell, and asks for those that are not there; false if every cell
  // was.
  bool consider_next();
  // Ready jobs of a step in the order in which they became so. Those that cannot be taken now are
  // left in it.
  std::deque<RunJob*>& ready(Step step) { return ready_[step]; }

  // What became of a job. One that is ok may have made weights that are there now.
  void settle(RunJob& job, Stage stage, const JobFailure& why = {});
  // It runs again some other time: what it was started with is gone, or its worker did not come to
  // it.
  void put_back(RunJob& job);
  // Its weights cannot be made again.
  void lose_weights(RunJob& job, const std::string& reason);
  // Looks for the result of a job that is ready once more, which others may have made meanwhile;
  // true if there is nothing left to do.
  bool found_meanwhile(RunJob& job);
  std::filesystem::path weights_file(const RunJob& unlearn) const {
    return stored_.store().weights(unlearn.job->key);
  }
  // Whether some job still has to read these weights.
  bool needs_weights(const std::string& unlearn) const;

 private:
  RunJob& add(const Plan& plan, const std::string& key);
  void see(RunJob& job, bool aloud = true);
  void want(RunJob& job);
  void update(RunJob& job);
  bool provide_weights(RunJob& job);
  // `last`: the job that has just ended; null if none has.
  void check(RunCell& cell, const RunJob* last);
  void conclude(RunCell& cell, const RunJob* last);

  StoredJobs& stored_;
  bool retry_failed_;
  Calls calls_;
  std::map<std::string, RunJob> jobs_;
  std::deque<RunCell> cells_;
  std::size_t next_ = 0;
  std::int64_t over_ = 0;
  std::map<Step, std::deque<RunJob*>> ready_;
};

}  // namespace lacuna
