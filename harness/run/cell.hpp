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
  std::string kind;    // crash | timeout | nan | out_of_memory | exception | data
  std::string reason;  // in words, one line
};

// From how a worker process ended without a result. `step` is its name ("unlearn"), `log` where its
// output went.
CellFailure failure_of(const ProcessEnd& end, const std::string& step, const std::string& log,
                       double timeout_seconds);

// Result files; `metrics`, `counts` and the like are added to an ok one by its maker.
nlohmann::json ok_result(const std::string& key, const nlohmann::json& cell);
nlohmann::json failed_result(const std::string& key, const nlohmann::json& cell,
                             const CellFailure& failure);
nlohmann::json not_applicable_result(const std::string& key, const nlohmann::json& cell,
                                     const std::string& reason);

}  // namespace lacuna
