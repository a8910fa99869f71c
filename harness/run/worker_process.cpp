#include "run/worker_process.hpp"

#include <unistd.h>

#include "support/device.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
using Path = std::filesystem::path;

Path job_file(const Path& files) { return files.string() + ".job.json"; }
Path result_file(const Path& files) { return files.string() + ".json"; }

ProcessOptions process_options(const std::string& step, json job, const Path& files,
                               const Path& log, double seconds, const RunOptions& options) {
  job["result"] = result_file(files).string();
  job["threads"] = options.threads;
  job["device"] = options.device;
  std::filesystem::create_directories(files.parent_path());
  std::filesystem::remove(result_file(files));
  write_json(job_file(files), job);

  ProcessOptions out{.program = options.program,
                     .arguments = {"lacuna", "worker", step, "--job", job_file(files).string(),
                                   "--parent", std::to_string(getpid())},
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
      limit_(options.cell_timeout),
      process_(process_options(step, std::move(job), files, log, seconds, options)) {}

RunningStep WorkerProcess::state(const std::string& label) const {
  const std::chrono::duration<double> running = std::chrono::steady_clock::now() - start_;
  RunningStep out{.label = label, .step = step_, .seconds = running.count()};
  if (progress_.empty()) return out;
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto it = progress_.back().find(key);
    return it != progress_.back().end() && it->is_number() ? std::optional(it->get<double>())
                                                           : std::nullopt;
  };
  out.at = static_cast<std::int64_t>(number("step").value_or(0));
  out.of = static_cast<std::int64_t>(number("steps").value_or(0));
  out.loss = number("loss");
  out.forget_accuracy = number("forget_accuracy");
  return out;
}

std::optional<StepOutcome> WorkerProcess::poll() {
  const auto end =
      process_.ended();  // before reading, so that nothing written before the end is missed
  for (const auto& line : process_.lines()) {
    auto message = parse_json(line);
    if (message.is_object()) progress_.push_back(std::move(message));
  }
  if (!end) return std::nullopt;

  StepOutcome out;
  out.record = {{"seconds", end->seconds},
                {"cpu_seconds", end->cpu_seconds},
                {"peak_bytes", end->peak_bytes}};
  out.progress = std::move(progress_);
  const auto log = "logs/" + log_.filename().string();
  if (!std::filesystem::exists(result_file(files_))) {
    out.failure = failure_of(*end, step_, log, limit_);
    return out;
  }
  auto result = read_json(result_file(files_), "a result", kMostBinary);
  out.ok = result.at("status") == "ok";
  if (!out.ok) out.failure = {result.at("failure"), result.at("reason")};
  if (const auto peak = result.find("device_peak_bytes"); peak != result.end()) {
    out.record["device_peak_bytes"] = *peak;  // of this machine, so no part of the result
    result.erase(peak);
  }
  out.result = std::move(result);
  return out;
}

std::optional<json> finished_result(const Path& files) {
  if (!std::filesystem::exists(result_file(files))) return std::nullopt;
  auto result = read_json(result_file(files));
  if (result.value("status", "") != "ok") return std::nullopt;
  return result;
}

}  // namespace lacuna
