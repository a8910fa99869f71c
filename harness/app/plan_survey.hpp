// What a suite would run: a row for each cell, as `lacuna plan --json` prints it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/jobs/graph.hpp"

namespace lacuna {

// The cells that `only` selects (run/plan/selection.hpp): what of their jobs is there in the folder
// `results`, and what the others would cost; all of them if `results` is empty. A job that several
// cells need counts for the first of them.
nlohmann::ordered_json surveyed_cells(const Plan& plan, const std::vector<std::string>& only,
                                      const std::filesystem::path& results);

}  // namespace lacuna
