#include "run/status.hpp"

#include "lacuna/error.hpp"
#include "run/store.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

json cell_status(json row, const Store& store) {
  const std::string key = row.at("key");
  if (!row.contains("method")) {
    row["method"] = row["label"] = "original";
    row["seed"] = nullptr;
  }
  const auto stored = store.read_cell(key);
  if (FileLock::is_held(store.lock(key))) {
    row["status"] = "running";
  } else if (!stored) {
    row["status"] = "missing";
  } else {
    row["status"] = stored->at("status");
    for (const auto* field : {"failure", "reason"}) {
      if (stored->contains(field)) row[field] = stored->at(field);
    }
  }
  return row;
}

json suite_status(const json& plan, const Store& store) {
  json totals{{"ok", 0}, {"failed", 0}, {"not_applicable", 0}, {"running", 0}, {"missing", 0}};
  auto cells = json::array();
  for (const auto* list : {"originals", "cells"}) {
    for (const auto& row : plan.at(list)) {
      cells.push_back(cell_status(row, store));
      auto& total = totals[cells.back().at("status").get<std::string>()];
      total = total.get<int>() + 1;
    }
  }
  const auto& suite = plan.at("suite");
  return {{"name", suite.at("name")},
          {"title", suite.at("title")},
          {"totals", totals},
          {"cells", cells}};
}

}  // namespace

json folder_status(const std::filesystem::path& folder) {
  const Store store(folder);
  const auto plans = folder / "plans";
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_directory(plans)) {
    for (const auto& file : std::filesystem::directory_iterator(plans)) {
      if (file.path().extension() == ".json") files.push_back(file.path());
    }
  }
  if (files.empty())
    throw ConfigError(folder.string() +
                      ": holds no plan (give a folder that `lacuna run --out` made)");
  std::sort(files.begin(), files.end());
  auto suites = json::array();
  for (const auto& file : files) {
    try {
      suites.push_back(suite_status(read_json(file, "a plan", kMostBinary), store));
    } catch (const json::exception&) {
      throw ConfigError(file.string() + ": not a plan (run the suite again)");
    }
  }
  return {{"suites", suites}};
}

}  // namespace lacuna
