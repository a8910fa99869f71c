#include "doors/external.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>

#include "doors/job_folder.hpp"
#include "doors/left_weights.hpp"
#include "doors/params.hpp"
#include "run/machine/bounded_log.hpp"
#include "run/machine/orphans.hpp"
#include "run/machine/process.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

// A file of the folder, or what a shell would find in PATH.
std::optional<fs::path> find_program(const std::string& name, const fs::path& folder) {
  if (name.find('/') != name.npos) {
    const auto path = folder / name;
    return is_program(path) ? std::optional(path) : std::nullopt;
  }
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable ? variable : "/usr/bin:/bin";
  while (true) {
    const auto colon = rest.find(':');
    const auto path = fs::absolute(fs::path(rest.substr(0, colon))) / name;
    if (is_program(path)) return path;
    if (colon == rest.npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
}

// Hands on what a file has grown by.
class Forwarding {
 public:
  explicit Forwarding(fs::path path) : path_(std::move(path)) {}
  void pass_on() {
    std::ifstream file(path_, std::ios::binary);
    file.seekg(0, std::ios::end);
    passed_ = std::min<std::streamoff>(passed_, file.tellg());  // it may have been cut
    file.seekg(passed_);
    char chunk[1 << 16];
    while (file.read(chunk, sizeof chunk), file.gcount() > 0) {
      std::cout.write(chunk, file.gcount());
      passed_ += file.gcount();
    }
    std::cout.flush();
  }

 private:
  fs::path path_;
  std::streamoff passed_ = 0;
};

ProcessOptions options_for(const DoorJob& job, const ExternalParams& params) {
  const auto& name = params.command.front();
  const auto folder = fs::absolute(job.work);
  const auto program = find_program(name, folder);
  if (!program) {
    // The one with a slash was there when the run was planned, and copied with its permissions.
    const bool file = name.find('/') != name.npos;
    throw DoorFailure("exception",
                      fmt::format("external: '{}': {}", name,
                                  file ? "is no program (chmod +x)" : "no such program"));
  }
  ProcessOptions options{.program = *program,
                         .arguments = params.command,
                         .log = folder / "output.txt",
                         .timeout_seconds = static_cast<double>(params.time_limit),
                         .folder = folder};
  options.environment["LACUNA_JOB"] = folder.string();
  // As many threads as this cell has; else every one of several would take all cores.
  options.environment["OMP_NUM_THREADS"] = std::to_string(at::get_num_threads());
  // A worker killed by nobody's leave takes its command along, where the system has this tool.
  if (const auto guard = find_program("setpriv", folder)) {
    options.program = *guard;
    options.arguments.front() = program->string();
    options.arguments.insert(options.arguments.begin(), {"setpriv", "--pdeathsig", "KILL", "--"});
  }
  // What it detaches is the worker's, and ends with the worker.
  if (const char* worker = std::getenv(worker_variable))
    options.environment[worker_variable] = worker;
  return options;
}

ProcessEnd run(const ProcessOptions& options) {
  BoundedLog log(options.log);
  Forwarding output(options.log);
  Process process(options);
  while (true) {
    const auto end = process.ended();
    output.pass_on();
    log.trim();
    if (end) return *end;
    wait_for_any({&process}, 0.1);
  }
}

void check_end(const ProcessEnd& end, const ExternalParams& params, const fs::path& log) {
  if (end.timed_out)
    throw DoorFailure("timeout",
                      fmt::format("external: still running after {} s, stopped (time_limit sets "
                                  "the limit)",
                                  params.time_limit));
  if (end.signal == SIGKILL)
    throw Error(
        fmt::format("external: killed by signal 9, which nothing here sent: the system "
                    "does so when memory runs out ({})",
                    std::strerror(ENOMEM)));
  if (end.signal != 0)
    throw DoorFailure("crash", fmt::format("external: crashed with signal {}", end.signal));
  if (end.status != 0) {
    const auto last = short_line(BoundedLog(log).last_line(), 500);
    throw DoorFailure("exception", fmt::format("external: ended with status {}{}{}", end.status,
                                               last.empty() ? "" : ": ", last));
  }
}

}  // namespace

NamedTensors through_external(const DoorJob& job) {
  write_job_folder(job);
  const auto params = parse<ExternalParams>(job.resolved.at("params"));
  const auto options = options_for(job, params);
  const auto end = [&] {
    try {
      return run(options);
    } catch (const Error& error) {  // it did not start: the reason is after the path
      const auto path = options.program.string() + ": ";
      throw DoorFailure("exception", fmt::format("external: '{}': {}", params.command.front(),
                                                 without_prefix(error.what(), path)));
    }
  }();
  check_end(end, params, options.log);
  for (const auto* name : {"weights.safetensors", "model.safetensors"}) {
    std::error_code ignored;
    const auto path = job.work / name;
    if (fs::exists(fs::symlink_status(path, ignored)))
      return left_weights(path, job.original, fmt::format("external: {}", name));
  }
  throw DoorFailure("exception", "external: left no weights.safetensors");
}

}  // namespace lacuna
