// What a results folder holds, suite by suite.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace lacuna {

// {"suites": [{"name", "title",
//              "totals": {"ok", "failed", "not_applicable", "running", "missing", "damaged"},
//              "cells": [{"key", "model", "request", "method", "label", "seed", "status",
//              "reason"?, "failure"?}…]}…]}
// Originals are cells too. "running": someone holds the cell's lock now. "damaged": there is a file
// that the next run will not take, for the reason. Throws ConfigError if the folder has no plan, or
// one that is none.
nlohmann::json folder_status(const std::filesystem::path& folder);

}  // namespace lacuna
