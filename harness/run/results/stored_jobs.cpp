#include "run/results/stored_jobs.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "run/results/outcome_file.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;
using State = StoredJob::State;

// Anything of that name: a link that leads nowhere is a damaged file, not a missing one.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

// Throws ConfigError naming both files where `file` is not the one that `result` speaks of. False
// if it is not there.
bool check_hash(const fs::path& file, const std::string& hash, const fs::path& result) {
  if (!is_there(file)) return false;
  if (const auto found = sha256_file(file); found != hash)
    throw ConfigError(fmt::format("{}: its SHA-256 is {}, but {} says {} (run the suite again)",
                                  file.string(), found.substr(0, 10), result.string(),
                                  hash.substr(0, 10)));
  return true;
}

// What the shipped `accuracy` counts under a name, without an evaluation's prefix.
struct Counted {
  const char* name;
  Group group;
  const char* question;
};
constexpr Counted counted_values[] = {{"forget_fine", Group::forget, "fine"},
                                      {"forget_coarse", Group::spared, "coarse"},
                                      {"forgotten_coarse", Group::forget, "coarse"},
                                      {"retain_fine", Group::retain, "fine"},
                                      {"retain_coarse", Group::retain, "coarse"}};

const Counted* counted_as(const StoredValue& value, const std::string& evaluation) {
  for (const auto& one : counted_values)
    if (value.name == one.name || value.name == evaluation + "/" + one.name) return &one;
  return nullptr;
}

std::string text(const std::optional<Count>& count) {
  return count && count->n > 0 ? fmt::format("[{}, {}]", count->correct, count->n)
                               : std::string("nothing");
}

}  // namespace

const StoredJob& StoredJobs::read(Step step, const std::string& key) {
  const auto [found, is_new] = jobs_.try_emplace({step, key});
  if (!is_new) return found->second;
  try {
    // Not through `found`: reading a score reads others into the map.
    auto job = read_anew(step, key);
    return jobs_[{step, key}] = std::move(job);
  } catch (...) {
    jobs_.erase({step, key});
    throw;
  }
}

void StoredJobs::forget(Step step, const std::string& key) {
  jobs_.erase({step, key});
  if (step != Step::predict) return;
  std::erase_if(jobs_, [&](const auto& job) {
    const auto& [state, result, reason] = job.second;
    return result.step == Step::score && (state == State::damaged || result.outcomes.contains(key));
  });
}

StoredJob StoredJobs::read_anew(Step step, const std::string& key) {
  const auto file = store_.result(step, key);
  StoredJob out{.result = {.step = step, .key = key}};
  if (!is_there(file)) return out;
  try {
    out.result = read_job_result(read_json(file, "a result"), file.string(), step, key);
    out.state = State::sound;
    if (out.result.status != Status::ok) return out;
    if (step == Step::predict &&
        !check_hash(store_.outcome(key), out.result.outcome_sha256, file)) {
      out.state = State::unbacked;
      out.reason = store_.outcome(key).string() + " is missing";
    }
    if (step == Step::score) check_score(out);
  } catch (const std::exception& error) {
    if (names_the_machine(error.what())) throw;  // it may be good all the same
    // Else of whatever kind: it is the file's fault.
    out = {.state = State::damaged, .result = {.step = step, .key = key}};
    out.reason = one_line(error.what());
    if (!out.reason.starts_with(store_.folder().string()))
      out.reason = file.string() + ": " + out.reason;
  }
  return out;
}

void StoredJobs::check_score(StoredJob& job) {
  const auto& result = job.result;
  const auto file = store_.result(Step::score, result.key);
  for (const auto& [key, hash] : result.outcomes) {
    const auto& predicted = read(Step::predict, key);
    if (predicted.state == State::damaged) continue;  // said of that one
    if (!predicted.is_ok() || predicted.state == State::unbacked) {
      job.state = State::unbacked;
      job.reason =
          predicted.state == State::unbacked
              ? predicted.reason
              : store_.result(Step::predict, key).string() +
                    (predicted.state == State::absent ? " is missing" : " holds no predictions");
    }
    if (predicted.is_ok() && predicted.result.outcome_sha256 != hash)
      throw ConfigError(fmt::format(
          "{}: was computed from predictions with SHA-256 {}, but {} has {} (run the suite again)",
          file.string(), hash.substr(0, 10), store_.outcome(key).string(),
          predicted.result.outcome_sha256.substr(0, 10)));
  }
  if (!result.per_sample_sha256.empty() &&
      !check_hash(store_.per_sample(result.key), result.per_sample_sha256, file)) {
    job.state = State::unbacked;
    job.reason = store_.per_sample(result.key).string() + " is missing";
  }
  if (job.state == State::sound) check_accuracy(job);
}

// Counting is no score: a shipped accuracy's counts are those that the predictions give.
void StoredJobs::check_accuracy(const StoredJob& job) {
  const auto spec = read_spec<ScoreSpec>(JsonView(job.result.spec, ""));
  if (spec.metric.id != "accuracy" || spec.metric.replaced || spec.metric.version != "2.0.0")
    return;
  for (const auto& one : spec.evaluations) {
    if (!read(Step::predict, one.before).is_ok() || !read(Step::predict, one.after).is_ok())
      continue;
    const auto file = store_.outcome(one.after);
    const auto evaluation =
        evaluation_of(one.id, one.role, load_outcome(store_.outcome(one.before)),
                      load_outcome(file), one.forget, one.forget_coarse);
    for (const auto& value : job.result.values) {
      const auto* what = counted_as(value, one.id);
      if (!what || (!value.evaluation.empty() && value.evaluation != one.id)) continue;
      const auto counted = count(evaluation, evaluation.after, what->group, what->question);
      const bool agrees =
          value.count ? *value.count == counted
                      : value.reason.starts_with("failed: ") || (!value.value && counted.n == 0);
      if (!agrees)
        throw ConfigError(fmt::format("{}: values.{}: is {}, but {} gives {} (run the suite again)",
                                      store_.result(Step::score, job.result.key).string(),
                                      value.name, text(value.count), file.string(), text(counted)));
    }
  }
}

JobState look_up(const Job& job, StoredJobs& stored, bool retry_failed) {
  using Done = JobState::Done;
  if (job.step() == Step::set) return {};
  const auto& found = stored.read(job.step(), job.key);
  switch (found.state) {
    case State::absent:
      return {};
    case State::damaged:
      return {Done::damaged, found.reason};
    case State::unbacked:
      return {Done::absent, found.reason};
    case State::sound:
      break;
  }
  if (found.result.status == Status::ok) return {Done::ok, ""};
  if (retry_failed && found.result.status == Status::failed) return {};
  return {Done::failed, found.result.reason};
}

}  // namespace lacuna
