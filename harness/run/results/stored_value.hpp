// A metric's value in a score's file.
#pragma once

#include <nlohmann/json.hpp>

#include "lacuna/json_view.hpp"
#include "run/results/cell_result.hpp"

namespace lacuna {

// By how much a value may miss its bounds and its count: the rounding of one division.
inline constexpr double kValueRounding = 1e-9;

// [correct, n], 0 <= correct <= n. Throws ConfigError("<file>: <place>: reason").
Count read_count(const JsonView& view);

// Without its contributions and its plugin, which stand elsewhere. A value that is not finite
// becomes none, with that reason.
nlohmann::json stored_value_json(const StoredValue& value);

// Throws ConfigError("<file>: <place>: reason"): a type that is wrong, neither a value nor a
// reason, a value outside its own bounds, or one that its own count contradicts.
StoredValue read_stored_value(const JsonView& view);

}  // namespace lacuna
