#include "run/worker_process.hpp"

#include <fmt/format.h>

#include "run/run_identity.hpp"
#include "run/step_result.hpp"
#include "run/worker.hpp"
#include "support/device.hpp"
#include "support/failure.hpp"
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
  job["device"] = options.device;
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
                             double seconds, const RunOptions& options)
    : step_(step),
      files_(files),
      log_(log),
      job_(complete(std::move(job), files, options)),
      limit_(options.cell_timeout),
      output_(log),
      file_(progress_file(files)),
      process_(process_options(step, job_, files, log, seconds, options)) {}

RunningStep WorkerProcess::state(const std::string& label) const {
  const std::chrono::duration<double> running = std::chrono::steady_clock::now() - start_;
  return {.label = label,
          .step = step_,
          .at = latest_.step,
          .of = latest_.steps,
          .loss = latest_.loss,
          .forget_accuracy = latest_.forget_accuracy,
          .seconds = running.count()};
}

void WorkerProcess::take_in_progress() {
  for (auto& message : file_.news()) {
    in_ = message.in;
    if (message.steps > 0) latest_ = message;
    if (message.loss && progress_.size() < kMostMessages) progress_.push_back(std::move(message));
  }
}

std::optional<StepOutcome> WorkerProcess::poll() {
  const auto end =
      process_.ended();  // before reading, so that nothing written before the end is missed
  take_in_progress();
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
  while (!stopped_ && !file_.is_read()) take_in_progress();
  auto out = outcome_of(*end);
  out.progress = std::move(progress_);
  std::error_code ignored;
  std::filesystem::remove(progress_file(files_), ignored);
  return out;
}

StepOutcome WorkerProcess::outcome_of(const ProcessEnd& end) {
  StepOutcome out;
  out.record = {
      {"seconds", end.seconds}, {"cpu_seconds", end.cpu_seconds}, {"peak_bytes", end.peak_bytes}};
  const auto log = "logs/" + log_.filename().string();
  std::error_code ignored;
  if (stopped_) {
    out.failure = *stopped_;
    return out;
  }
  if (!std::filesystem::exists(std::filesystem::symlink_status(result_file(files_), ignored))) {
    out.failure = failure_of(end, {step_, in_, log, output_.last_line(), limit_});
    return out;
  }
  try {
    auto result = read_step_result(step_, result_file(files_));
    if (result.at("status") == "ok") check_step_files(step_, job_);
    out.ok = result.at("status") == "ok";
    if (!out.ok) out.failure = {result.at("failure"), result.at("reason")};
    if (const auto peak = result.find("device_peak_bytes"); peak != result.end()) {
      out.record["device_peak_bytes"] = *peak;  // of this machine, so no part of the result
      result.erase(peak);
    }
    out.result = std::move(result);
  } catch (...) {
    const auto failure = lacuna::failure_of(std::current_exception());
    out.failure = {failure.cause == Failure::Cause::machine ? machine_failure : "crash",
                   fmt::format("{}: {} (its output is in {})", step_, failure.message, log)};
  }
  return out;
}

std::optional<json> finished_result(const std::string& step, const Path& files) {
  try {
    auto result = read_step_result(step, result_file(files));
    if (result.at("status") == "ok") return result;
  } catch (const Error&) {  // none, or not one that could be gone on from
  }
  return std::nullopt;
}

}  // namespace lacuna
