// A cell: one (model, request, method, seed) with its evaluations, named by a hash of everything
// that can move a number.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "run/process.hpp"

namespace lacuna {

// The first 20 hex digits of SHA-256 over the canonical text of the `cell` object
// (docs/results.md): keys sorted, no white space, doubles in their shortest round-trip form.
std::string cell_key(const nlohmann::json& cell);

// Why a cell has no numbers.
struct CellFailure {
  std::string kind;  // crash | timeout | nan | out_of_memory | exception | data, or machine_failure
  std::string reason;  // in words, one line
};

// The kind of what the machine did: no result of a cell, so nothing is stored of it.
inline constexpr const char* machine_failure = "machine";

// What is known of a worker that ended without a result.
struct WorkerEnd {
  std::string step;            // "unlearn"
  std::string in = {};         // the plugin that it had handed the work to; empty: none
  std::string log = {};        // where its output went
  std::string last_line = {};  // of its output
  double timeout_seconds = 0;
};
CellFailure failure_of(const ProcessEnd& end, const WorkerEnd& worker);

// Exit status of a worker that could not write its result: this and the system's number of the
// reason.
inline constexpr int unwritten_result = 64;

// Result files; `metrics`, `counts` and the like are added to an ok one by its maker.
nlohmann::json ok_result(const std::string& key, const nlohmann::json& cell);
nlohmann::json failed_result(const std::string& key, const nlohmann::json& cell,
                             const CellFailure& failure);
nlohmann::json not_applicable_result(const std::string& key, const nlohmann::json& cell,
                                     const std::string& reason);

}  // namespace lacuna
