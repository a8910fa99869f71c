// Makes the plan of a suite, and carries it between processes and into a results folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "run/jobs/graph.hpp"
#include "run/suite/suite.hpp"
#include "run/suite/suite_plugins.hpp"

namespace lacuna {

// Loads the plugin files of the suite's datasets, constructs every dataset and hashes every input.
// Throws ConfigError("<suite>: <place>: reason") for a user's mistake; data that is missing makes
// cells fail instead.
Plan make_plan(const Suite& suite, const SuitePlugins& plugins, const DataRoots& roots);

// Between processes: read_plan(file) is the plan that write_plan(plan, file) was given. The writer
// throws FileError; the reader throws ConfigError for a file that is not there, or not such a one.
void write_plan(const Plan& plan, const std::filesystem::path& file);
Plan read_plan(const std::filesystem::path& file);

// What is stored as plans/<suite>.json (docs/results.md), and its reader: no paths, nothing of this
// machine, no specs of jobs, which stand in the jobs' own files. The reader throws
// ConfigError("<path>: <place>: reason").
nlohmann::json published(const Plan& plan);
Plan read_published_plan(const std::filesystem::path& path);

// Keys become file names and links.
bool is_key(const std::string& text);

// Reads the suite's published tables and maps every request and label of the plan to theirs: what
// Plan::published holds. Throws ConfigError("<suite>: published[i]: reason").
nlohmann::json published_tables(const Suite& suite, const std::vector<std::string>& labels);

}  // namespace lacuna
