#include "run/status.hpp"

#include "lacuna/error.hpp"
#include "run/stored_cells.hpp"
#include "support/files.hpp"
#include "support/json_files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

json cell_status(json row, const Store& store, StoredCells& cells) {
  const std::string key = row.at("key");
  if (!row.contains("method")) {
    row["method"] = row["label"] = "original";
    row["seed"] = nullptr;
  }
  if (FileLock::is_held(store.lock(key))) {
    row["status"] = "running";
    return row;
  }
  const auto stored = cells.read(key, row.value("original", ""));
  const auto& result = stored.result;
  row["status"] = stored.reason.empty() ? to_string(result.status) : "damaged";
  if (const auto& reason = stored.reason.empty() ? result.reason : stored.reason; !reason.empty())
    row["reason"] = reason;
  if (!result.failure.empty()) row["failure"] = result.failure;
  return row;
}

// Throws ConfigError: what status shows of a plan, or finds a cell by, is none.
void check_plan(const JsonView& plan) {
  const auto suite = plan.at("suite");
  suite.at("name").text();
  suite.at("title").text();
  for (const auto* list : {"originals", "cells"}) {
    for (const auto& row : plan.at(list).items()) {
      for (const auto* text : {"key", "model", "request"}) row.at(text).text();
      for (const auto* text : {"original", "method", "label"})
        if (const auto found = row.find(text)) found->text();
      for (const auto* name : {"key", "original"}) {
        const auto key = row.find(name);
        if (key && !is_key(key->text())) key->fail(kNoKey);
      }
    }
  }
}

json suite_status(const json& plan, const Store& store, StoredCells& stored) {
  json totals{{"ok", 0},      {"failed", 0},  {"not_applicable", 0},
              {"running", 0}, {"missing", 0}, {"damaged", 0}};
  auto cells = json::array();
  for (const auto* list : {"originals", "cells"}) {
    for (const auto& row : plan.at(list)) {
      cells.push_back(cell_status(row, store, stored));
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
  const auto files = json_files(folder / "plans");
  if (files.empty())
    throw ConfigError(folder.string() +
                      ": holds no plan (give a folder that `lacuna run --out` made)");
  auto suites = json::array();
  StoredCells cells(store);
  for (const auto& file : files) {
    const auto plan = read_json(file, "a plan", kMostBinary);
    check_plan(JsonView(plan, file.string()));
    suites.push_back(suite_status(plan, store, cells));
  }
  return {{"suites", suites}};
}

}  // namespace lacuna
