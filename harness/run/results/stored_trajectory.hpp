// The trajectory of an unlearn job's file.
#pragma once

#include "lacuna/json_view.hpp"
#include "run/results/cell_result.hpp"

namespace lacuna {

// Throws ConfigError("<file>: <place>: reason") for a type that is wrong anywhere.
void check_trajectory(const JsonView& view);

// What of a checked trajectory (or null) a cell shows.
void read_trajectory(const nlohmann::json& trajectory, CellResult& out);

}  // namespace lacuna
