#include "run/cell.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

#include "support/hash.hpp"

namespace lacuna {
namespace {

nlohmann::json result(const std::string& key, const nlohmann::json& cell, const char* status) {
  return {{"schema_version", 1}, {"key", key}, {"status", status}, {"cell", cell}};
}

}  // namespace

std::string cell_key(const nlohmann::json& cell) { return sha256(cell.dump()).substr(0, 20); }

CellFailure failure_of(const ProcessEnd& end, const std::string& step, const std::string& log,
                       double timeout_seconds) {
  const auto see = fmt::format(" (its output is in {})", log);
  if (end.timed_out) {
    return {"timeout",
            fmt::format("{}: still running after {:g} s, stopped (--cell-timeout sets the limit)",
                        step, timeout_seconds)};
  }
  if (end.signal == SIGKILL) {
    return {"out_of_memory", fmt::format("{}: killed by signal 9, which this run did not send: "
                                         "most likely the system ran out of memory",
                                         step)};
  }
  if (end.signal != 0) {
    return {"crash", fmt::format("{}: crashed with signal {}, {}{}", step, end.signal,
                                 strsignal(end.signal), see)};
  }
  return {"crash",
          fmt::format("{}: ended with status {} and without a result{}", step, end.status, see)};
}

nlohmann::json ok_result(const std::string& key, const nlohmann::json& cell) {
  return result(key, cell, "ok");
}

nlohmann::json failed_result(const std::string& key, const nlohmann::json& cell,
                             const CellFailure& failure) {
  auto out = result(key, cell, "failed");
  out["failure"] = failure.kind;
  out["reason"] = failure.reason;
  return out;
}

nlohmann::json not_applicable_result(const std::string& key, const nlohmann::json& cell,
                                     const std::string& reason) {
  auto out = result(key, cell, "not_applicable");
  out["reason"] = reason;
  return out;
}

}  // namespace lacuna
