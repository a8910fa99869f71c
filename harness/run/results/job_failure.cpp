#include "run/results/job_failure.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <system_error>

#include "support/failure.hpp"

namespace lacuna {

std::string shown_log(const std::filesystem::path& log) {
  return "logs/" + log.filename().string();
}

JobFailure failure_of(const ProcessEnd& end, const WorkerEnd& worker) {
  const auto& step = worker.step;
  const auto see = fmt::format(" (its output is in {})", worker.log);
  const auto where = worker.in.empty() ? "" : fmt::format(" in '{}'", worker.in);
  if (end.timed_out) {
    return {"timeout", fmt::format("{}: still running{} after {:g} s, stopped (--cell-timeout sets "
                                   "the limit)",
                                   step, where, worker.timeout_seconds)};
  }
  if (end.signal == SIGKILL) {
    return {machine_failure, fmt::format("{}: killed by signal 9, which this run did not send: "
                                         "most likely the system ran out of memory (fewer --jobs "
                                         "take less)",
                                         step)};
  }
  if (end.signal != 0) {
    return {"crash", fmt::format("{}: crashed{} with signal {}, {}{}", step, where, end.signal,
                                 strsignal(end.signal), see)};
  }
  // The last error number is 133.
  if (end.status > unwritten_result && end.status < unwritten_result + 134) {
    const auto reason = std::generic_category().message(end.status - unwritten_result);
    return {names_the_machine(reason) ? machine_failure : "exception",
            fmt::format("{}: its result cannot be written: {}", step, reason)};
  }
  // What kept it from beginning stands nowhere else.
  const bool told = end.status != 0 && worker.last_line.starts_with("error: ");
  return {told && names_the_machine(worker.last_line) ? machine_failure : "crash",
          fmt::format("{}: ended{} with status {} and without a result{}{}", step, where,
                      end.status, told ? ": " + worker.last_line.substr(7) : "", see)};
}

}  // namespace lacuna
