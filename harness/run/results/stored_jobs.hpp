// Whether a stored result can be believed: the one answer that `run`, `plan`, `status` and `report`
// share.
#pragma once

#include <map>
#include <string>

#include "run/results/job_result.hpp"
#include "run/results/store.hpp"

namespace lacuna {

struct StoredJob {
  enum class State {
    absent,    // no result
    sound,     // everything agrees
    unbacked,  // agrees, but a file that it rests on is not there
    damaged,   // unreadable, or it contradicts itself, its own file or what it was made of
  };
  State state = State::absent;
  JobResult result = {};    // of one that is not there or damaged: step and key
  std::string reason = {};  // what is wrong, one line naming the files; empty if nothing is

  bool usable() const { return state == State::sound || state == State::unbacked; }
  bool is_ok() const { return usable() && result.status == Status::ok; }
};

// Reads jobs of one folder, each once: what is written later must be forgotten first. [one thread]
class StoredJobs {
 public:
  explicit StoredJobs(Store store) : store_(std::move(store)) {}

  // Throws nothing that a file could be the cause of.
  const StoredJob& read(Step step, const std::string& key);
  // With what was judged by it.
  void forget(Step step, const std::string& key);

  const Store& store() const { return store_; }

 private:
  StoredJob read_anew(Step step, const std::string& key);
  void check_score(StoredJob& job);
  void check_accuracy(const StoredJob& job);

  Store store_;
  std::map<std::pair<Step, std::string>, StoredJob> jobs_;
};

// What a run makes of it.
struct JobState {
  enum class Done { ok, failed, damaged, absent };  // failed: or not applicable
  Done done = Done::absent;
  std::string reason = {};  // of one that failed, why; of one that is damaged, what is wrong
};

// What is stored of a job of the plan. `retry_failed`: a failed one counts as absent. One whose
// file is not there any more is made anew: absent, with the reason. A set is never stored.
JobState look_up(const Job& job, StoredJobs& stored, bool retry_failed);

}  // namespace lacuna
