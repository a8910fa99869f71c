// What the tests of the run room share: folders, a tiny model, a suite over the fixture plugins,
// the program itself.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../folders.hpp"
#include "run/machine/process.hpp"
#include "run/plan/plan.hpp"
#include "run/results/cell_result.hpp"

namespace lacuna::testing {

// A random CLIP of a few thousand weights, for pictures of 16 x 16.
void write_tiny_model(const std::filesystem::path& folder);

// A suite on the fixtures: one request, methods push, push+kl and spy, one seed, three evaluations.
// `model` is beside it.
nlohmann::json tiny_suite();

// Writes the suite, and the model beside it, into `folder`; returns the suite's path.
std::filesystem::path write_suite(const std::filesystem::path& folder, const nlohmann::json& suite);

// Waits for a process, at most `seconds`; fails the test if it takes longer.
ProcessEnd wait_for(Process& process, double seconds = 60);

struct Command {
  int status = 0;
  std::string output;  // stdout and stderr
};

// Options for a `lacuna` command with the fixture plugins; its output goes to `log`.
ProcessOptions lacuna_process(const std::vector<std::string>& arguments,
                              const std::filesystem::path& log);

// Runs `lacuna <arguments>` with the fixture plugins.
Command lacuna(const std::vector<std::string>& arguments);

// Every file of plans and of jobs by its relative path, with its bytes; no temporaries.
std::map<std::string, std::string> results_in(const std::filesystem::path& folder);

// The cells of a folder's plans, and what came of those that are not missing, by the label of their
// method ("original" for that, "push, then half" for an attack). Nothing may be damaged.
std::map<std::string, PlannedCell> planned_by_label(const std::filesystem::path& folder);
std::map<std::string, CellResult> cells_by_label(const std::filesystem::path& folder);
std::string label_of(const PlannedCell& cell);

// Fails the test if there is none of that name.
const StoredValue& value_of(const CellResult& cell, const std::string& name);

// The plan of a suite over the fixture plugins, made in this process.
Plan plan_of(const std::filesystem::path& suite, const DataRoots& roots = {});

}  // namespace lacuna::testing
