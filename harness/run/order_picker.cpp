#include "run/order_picker.hpp"

#include <algorithm>
#include <set>

namespace lacuna {
namespace {

using Clock = RunJob::Clock;
constexpr auto kLookAgain = std::chrono::milliseconds(300);  // at what somebody else works on
constexpr auto kPatience = std::chrono::seconds(20);

const std::string& model_of(const RunJob& job) {
  return std::get<PredictSpec>(job.job->spec).unlearn;
}

bool same_model(const RunJob& a, const RunJob& b) {
  const auto& one = std::get<PredictSpec>(a.job->spec);
  const auto& other = std::get<PredictSpec>(b.job->spec);
  return one.unlearn == other.unlearn && one.model.hash == other.model.hash &&
         one.model.folder == other.model.folder;
}

}  // namespace

// False where somebody else has the job.
bool OrderPicker::take(Picked& picked, RunJob& job, const std::vector<std::string>& keys) {
  try {
    return lock_and_take(picked, job, keys);
  } catch (const Error&) {  // no lock can be made
    give_up_(job);
    return true;
  }
}

// Locks the keys and looks whether the job is still to be done.
bool OrderPicker::lock_and_take(Picked& picked, RunJob& job, const std::vector<std::string>& keys) {
  std::vector<std::shared_ptr<FileLock>> locks;
  for (const auto& key : keys) {
    auto lock = locks_.hold(key);
    if (!lock) {
      job.retry_at = Clock::now() + kLookAgain;
      return false;
    }
    locks.push_back(std::move(lock));
  }
  if (graph_.found_meanwhile(job)) return true;
  for (auto* need : job.needs) {
    if (!uses_weights(job, *need)) continue;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(graph_.weights_file(*need), ignored)) {
      graph_.put_back(job);  // taken away by another run's budget: to be made again
      return true;
    }
  }
  job.stage = Stage::running;
  picked.jobs.push_back(&job);
  picked.locks.insert(picked.locks.end(), locks.begin(), locks.end());
  return true;
}

template <class Take>
void OrderPicker::go_through(Step step, Take take_it) {
  auto& ready = graph_.ready(step);
  const std::vector<RunJob*> jobs(ready.begin(), ready.end());  // it changes on the way
  const auto now = Clock::now();
  for (auto* job : jobs) {
    if (job->stage != Stage::ready || job->retry_at > now) continue;
    if (!take_it(*job)) break;
  }
  ready.erase(std::remove_if(ready.begin(), ready.end(),
                             [](const auto* job) { return job->stage != Stage::ready; }),
              ready.end());
}

Picked OrderPicker::predict() {
  Picked out;
  const RunJob* first = nullptr;
  go_through(Step::predict, [&](RunJob& job) {
    if (first != nullptr && !same_model(*first, job)) return true;
    std::vector<std::string> keys{job.job->key};
    // Whoever may take weights away asks for this lock.
    if (!model_of(job).empty()) keys.insert(keys.begin(), model_of(job));
    take(out, job, keys);
    if (first == nullptr && !out.jobs.empty()) first = out.jobs.front();
    return true;
  });
  return out;
}

Picked OrderPicker::one(Step step) {
  Picked out;
  go_through(step, [&](RunJob& job) {
    std::vector<std::string> keys{job.job->key};
    if (step == Step::unlearn)
      if (const auto& input = std::get<UnlearnSpec>(job.job->spec).input; !input.empty())
        keys.push_back(input);
    take(out, job, keys);
    return out.jobs.empty();
  });
  return out;
}

Picked OrderPicker::scores(bool patient) {
  const auto& ready = graph_.ready(Step::score);
  Picked out;
  if (ready.empty()) return out;
  const bool long_enough = Clock::now() - ready.front()->ready_since >= kPatience;
  if (patient && ready.size() < kMostScores && !long_enough) return out;
  // Metrics of one cell are done by one run, so that it is one run that ends the cell.
  std::set<const RunCell*> elsewhere;
  go_through(Step::score, [&](RunJob& job) {
    const auto* cell = job.cells.empty() ? nullptr : job.cells.front();
    if (!elsewhere.contains(cell) && !take(out, job, {job.job->key})) elsewhere.insert(cell);
    return out.jobs.size() < kMostScores;
  });
  return out;
}

}  // namespace lacuna
