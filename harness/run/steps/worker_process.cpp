#include "run/steps/worker_process.hpp"

#include <fmt/format.h>

#include "run/results/run_identity.hpp"
#include "run/steps/step_result.hpp"
#include "support/device.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
using Path = std::filesystem::path;

constexpr std::size_t kMostMessages = 100'000;

Path job_file(const Path& files) { return files.string() + ".job.json"; }
Path result_file(const Path& files) { return files.string() + ".json"; }
Path progress_file(const Path& files) { return files.string() + ".progress"; }

json complete(json job, const Path& files, const RunOptions& options) {
  job["result"] = result_file(files).string();
  job["progress"] = progress_file(files).string();
  job["threads"] = options.threads;
  if (!job.contains("device")) job["device"] = options.devices.front();
  job["run"] = run_identity();
  return job;
}

ProcessOptions process_options(const std::string& step, const json& job, const Path& files,
                               const Path& log, double seconds, const RunOptions& options) {
  std::filesystem::create_directories(files.parent_path());
  for (const auto& file : {job_file(files), result_file(files), progress_file(files)})
    std::filesystem::remove_all(file);
  write_json(job_file(files), job);

  ProcessOptions out{.program = options.program,
                     .arguments = {"lacuna", "worker", step, "--job", job_file(files).string()},
                     .log = log,
                     .timeout_seconds = seconds};
  // Whatever the user's is: results are to be the same everywhere.
  out.environment[cublas_workspace_variable] = cublas_workspace;
  // OpenMP reads it when the library is loaded.
  out.environment["OMP_NUM_THREADS"] = std::to_string(options.threads);
  out.environment["LACUNA_PLUGINS"] = std::nullopt;  // a job names the files it needs
  out.environment["LACUNA_DATA"] = std::nullopt;
  return out;
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& step, json job, const Path& files, const Path& log,
                             double seconds, const RunOptions& options,
                             std::vector<std::string> jobs)
    : step_(step),
      files_(files),
      log_(log),
      jobs_(std::move(jobs)),
      limit_(seconds),
      output_(log),
      file_(progress_file(files)),
      process_(process_options(step, complete(std::move(job), files, options), files, log, seconds,
                               options)) {}

RunningStep WorkerProcess::state(const std::string& label) const {
  const std::chrono::duration<double> running = std::chrono::steady_clock::now() - start_;
  // Of a batch the number of jobs says more than where the present one is.
  const bool batch = jobs_.size() > 1;
  return {.label = label,
          .step = step_,
          .at = batch ? static_cast<std::int64_t>(begun_) : latest_.step,
          .of = batch ? std::ssize(jobs_) : latest_.steps,
          .loss = latest_.loss,
          .forget_accuracy = latest_.forget_accuracy,
          .note = note_,
          .seconds = running.count()};
}

void WorkerProcess::take_in_progress() {
  for (auto& message : file_.news()) {
    in_ = message.in;
    // Each job has its own time; naming one that is not its turn gives none.
    if (begun_ < jobs_.size() && message.job == jobs_[begun_]) {
      note_.clear();
      if (++begun_ > 1) process_.renew_time();
    }
    if (!message.note.empty()) note_ = message.note;
    if (message.device_peak_bytes) device_peak_bytes_ = message.device_peak_bytes;
    // A note alone says nothing of the loss.
    if (message.steps > 0 && message.note.empty()) latest_ = message;
    if (message.loss && losses_.size() < kMostMessages) losses_.push_back(std::move(message));
  }
}

std::optional<ProcessEnd> WorkerProcess::ended() {
  take_in_progress();  // before the time is looked at: a job that has just begun has its own
  const auto end = process_.ended();
  if (!end) {
    output_.trim();
    if (!stopped_ && file_.is_too_long()) {
      stopped_ = {"exception", fmt::format("{}: wrote more than {} MB of progress, stopped", step_,
                                           ProgressFile::kMostFile >> 20)};
      process_.kill();
    }
    return std::nullopt;
  }
  output_.finish();
  do {  // nothing that was written before the end is missed
    take_in_progress();
  } while (!stopped_ && !file_.is_read());
  std::error_code ignored;
  std::filesystem::remove(progress_file(files_), ignored);
  return end;
}

JobFailure WorkerProcess::failure(const ProcessEnd& end, const Path& log) const {
  if (stopped_) return *stopped_;
  return failure_of(end, {step_, in_, shown_log(log), output_.last_line(), limit_});
}

std::optional<StepOutcome> WorkerProcess::poll() {
  const auto end = ended();
  if (!end) return std::nullopt;
  StepOutcome out;
  std::error_code ignored;
  if (stopped_ || !exists(std::filesystem::symlink_status(result_file(files_), ignored))) {
    out.failure = failure(*end, log_);
    return out;
  }
  try {
    auto result = read_step_result(step_, result_file(files_));
    out.ok = result.at("status") == "ok";
    if (!out.ok) out.failure = {result.at("failure"), result.at("reason")};
    out.result = std::move(result);
  } catch (...) {
    out.failure = unreadable_result(step_, log_, std::current_exception());
  }
  return out;
}

}  // namespace lacuna
