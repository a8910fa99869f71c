// What a results folder holds, suite by suite.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace lacuna {

// {"suites": [{"name", "title",
//              "totals": {"ok", "failed", "not_applicable", "running", "missing", "damaged"},
//              "jobs": {"done", "failed", "damaged", "missing"},
//              "cells": [{"key", "model", "request", "method", "label", "attack"?, "seed",
//              "status", "reason"?, "failure"?, "failed_metrics"?: {"<id>": reason}, "jobs"}…]}…]}
// Originals are cells too. "running": someone holds the lock of one of the cell's jobs now.
// "damaged": there is a file that the next run will not take, for the reason. "jobs": the cell's
// own; of the suite, each once. Throws ConfigError if the folder has no plan, or one that is none.
nlohmann::json folder_status(const std::filesystem::path& folder);

}  // namespace lacuna
