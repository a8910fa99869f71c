// A folder of results as docs/results.md describes it, with everything a report has to cope with.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "../folders.hpp"

namespace sample {

struct Options {
  int seeds = 3;
  std::string title = "Shapes, difficult split";
  std::string label = {};  // of the best method instead of "NHL+KL"
  bool unmatched = false;  // adds an out-of-domain evaluation that no forget concept matches
  bool gaps = true;        // failed, not applicable and missing cells
};

// Seed 1 of GA, GDiff, GA+KL, Relabeling, ME+GD, Task vector, NPO+KL and NHL+KL has the counts of
// the method paper's Table 2; the other rows and seeds are made up. Overwrites what it writes;
// deterministic.
void write_results(const std::filesystem::path& folder, const Options& options = {});

// Gives every cell that has counts the predictions they could be of, which agree where the counts
// let them.
void write_predictions(const std::filesystem::path& folder);

// The published table of that name in results/published, as one of the data that write_results
// makes up: "shapes" with 50 pictures a concept.
nlohmann::json published_table(const std::string& id);

// Puts a published table into the folder's plan, its requests and labels by their own names.
void add_published(const std::filesystem::path& folder, const nlohmann::json& content);

// The key of a cell of that folder.
std::string key_of(const std::string& label, int seed, bool unmatched = false);

// Changes the counts of a cell's file; "all" follows.
void edit_counts(const std::filesystem::path& path,
                 const std::function<void(nlohmann::json&)>& change);

// Changes what a cell of the folder was asked, and with it its key, file and plan. Returns the key.
std::string edit_cell(const std::filesystem::path& folder, const std::string& key,
                      const std::function<void(nlohmann::json&)>& change);

// Reads, changes and writes one JSON file.
template <typename Change>
void edit(const std::filesystem::path& path, const Change& change);

nlohmann::json read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);

using Folder = lacuna::testing::TemporaryFolder;

template <typename Change>
void edit(const std::filesystem::path& path, const Change& change) {
  auto json = read(path);
  change(json);
  write(path, json.dump(2));
}

}  // namespace sample
