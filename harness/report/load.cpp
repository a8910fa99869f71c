#include "report/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lacuna/error.hpp"
#include "run/stored_cells.hpp"
#include "support/files.hpp"
#include "support/json_files.hpp"
#include "lacuna/json_view.hpp"
#include "support/safe_text.hpp"

namespace lacuna::report {
namespace {

namespace fs = std::filesystem;

// Keys become file names and links.
std::string key_from(const JsonView& view) {
  const std::string key = view.text();
  if (!is_key(key)) view.fail(kNoKey);
  return key;
}

Role role_of(const JsonView& view) {
  const std::string name = view.text();
  if (name == "in_domain") return Role::in_domain;
  if (name == "zero_shot") return Role::zero_shot;
  if (name == "out_of_domain") return Role::out_of_domain;
  view.fail("'" + name + "' is no role (in_domain, zero_shot, out_of_domain)");
}

std::map<std::string, std::string> read_names(const JsonView& view) {
  std::map<std::string, std::string> out;
  for (const auto& [ours, theirs] : view.members()) out[ours] = theirs.text();
  return out;
}

PlannedTable read_table(const JsonView& view, const std::string& file) {
  return {
      .table = published_table_from(view.at("content").raw(), file + ": " + view.at("file").text()),
      .requests = read_names(view.at("requests")),
      .labels = read_names(view.at("labels"))};
}

Plan read_plan(const fs::path& path) {
  const auto json = read_json(path, "a plan", kMostBinary);
  const JsonView document(json, path.string());
  if (const auto version = document.at("schema_version"); version.integer() != 1)
    version.fail("this program reads version 1");
  Plan plan;
  const auto suite = document.at("suite");
  plan.name = suite.at("name").text();
  const auto title = suite.find("title");
  plan.title = title ? title->text() : plan.name;
  if (const auto sha = suite.find("sha256")) plan.sha256 = sha->text();
  for (const auto& cell : document.at("cells").items()) {
    PlannedCell planned{.key = key_from(cell.at("key")),
                        .original = key_from(cell.at("original")),
                        .model = cell.at("model").text(),
                        .request = cell.at("request").text(),
                        .method = cell.at("method").text()};
    const auto label = cell.find("label");
    planned.label = label ? label->text() : planned.method;
    if (const auto seed = cell.find("seed")) {
      if (seed->integer() < 0) seed->fail("is negative");
      planned.seed = static_cast<std::uint64_t>(seed->integer());
    }
    plan.cells.push_back(std::move(planned));
  }
  for (const auto& original : document.at("originals").items()) {
    PlannedOriginal planned{.key = key_from(original.at("key")),
                            .model = original.at("model").text(),
                            .request = original.at("request").text()};
    if (const auto ids = original.find("evaluations")) {
      for (const auto& id : ids->items()) planned.evaluations.push_back(id.text());
    }
    plan.originals.push_back(std::move(planned));
  }
  for (const auto& evaluation : document.at("evaluations").items()) {
    const auto name = evaluation.find("title");
    const std::string id = evaluation.at("id").text();
    const auto incomplete = evaluation.find("incomplete");
    plan.evaluations.push_back({.id = id,
                                .title = name ? name->text() : id,
                                .role = role_of(evaluation.at("role")),
                                .incomplete = incomplete ? incomplete->text() : ""});
  }
  if (const auto published = document.find("published")) {
    for (const auto& table : published->items())
      plan.published.push_back(read_table(table, path.string()));
  }
  return plan;
}

// A published number never rests on files that contradict each other, so one such result is an
// error; run makes it anew. All are counted, so that nobody has to find them one by one.
void read_cells(Results& results, const std::map<std::string, std::string>& originals) {
  StoredCells stored{Store(results.folder)};
  std::string first;
  std::int64_t others = 0;
  for (const auto& [key, original] : originals) {
    auto cell = stored.read(key, original);
    const bool sound = cell.usable() && cell.state != StoredCell::State::misscored;
    if (sound || cell.state == StoredCell::State::absent) {
      results.cells[key] = std::move(cell.result);
    } else if (first.empty()) {
      first = cell.reason;
    } else {
      ++others;
    }
  }
  if (others > 0)
    first += fmt::format("; and {} like it (lacuna status {} names them)",
                         counted(others, "more result"), results.folder.string());
  if (!first.empty()) throw ConfigError(first);
}

}  // namespace

std::string in_words(Status status) {
  std::string words = to_string(status);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

Results load_results(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw ConfigError(folder.string() + ": no such folder");
  Results results{.folder = folder};
  for (const auto& path : json_files(folder / "plans")) results.plans.push_back(read_plan(path));
  if (results.plans.empty()) {
    throw ConfigError(folder.string() +
                      ": holds no plans/*.json (give a folder that 'lacuna run' wrote)");
  }
  std::map<std::string, std::string> originals;  // of every planned key; empty for an original
  for (const auto& plan : results.plans) {
    for (const auto& cell : plan.cells)
      originals.insert({{cell.key, cell.original}, {cell.original, ""}});
    for (const auto& original : plan.originals) originals[original.key] = "";
  }
  read_cells(results, originals);
  for (const auto& path : json_files(folder / "cells")) {
    results.unplanned += !originals.contains(path.stem().string());
  }
  return results;
}

}  // namespace lacuna::report
