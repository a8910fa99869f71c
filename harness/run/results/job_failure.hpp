// Why a job has no result of its own, in the kinds of docs/results.md.
#pragma once

#include <string>

#include "run/machine/process.hpp"

namespace lacuna {

struct JobFailure {
  // crash | timeout | nan | out_of_memory | exception | data, or machine_failure; not_applicable is
  // no failure, and told in the same way.
  std::string kind;
  std::string reason;  // in words, one line
};

// The kind of what the machine did: no result of a job, so nothing is stored of it.
inline constexpr const char* machine_failure = "machine";

// What is known of a worker that ended without a result.
struct WorkerEnd {
  std::string step;            // "unlearn"
  std::string in = {};         // the plugin that it had handed the work to; empty: none
  std::string log = {};        // where its output went
  std::string last_line = {};  // of its output
  double timeout_seconds = 0;
};
JobFailure failure_of(const ProcessEnd& end, const WorkerEnd& worker);

// A log as a reason names it, without the folder, which is this machine's: "logs/<name>".
std::string shown_log(const std::filesystem::path& log);

// Exit status of a worker that could not write its result: this and the system's number of the
// reason.
inline constexpr int unwritten_result = 64;

}  // namespace lacuna
