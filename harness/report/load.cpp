#include "report/load.hpp"

#include <algorithm>
#include <set>

#include "lacuna/error.hpp"
#include "support/files.hpp"
#include "support/json_view.hpp"

namespace lacuna::report {
namespace {

namespace fs = std::filesystem;

void check_version(const JsonView& document) {
  const auto version = document.at("schema_version");
  if (version.integer() != 1) version.fail("this program reads version 1");
}

// Keys become file names and links.
std::string key_from(const JsonView& view) {
  const std::string key = view.text();
  const bool plain = std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
  if (key.empty() || !plain) view.fail("is no key (letters, digits, '-' and '_')");
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
  check_version(document);
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

Count read_count(const JsonView& view) {
  const auto pair = view.items();
  if (pair.size() != 2) view.fail("is no [correct, n] pair");
  const Count count{.correct = pair[0].integer(), .n = pair[1].integer()};
  if (count.correct < 0 || count.n < count.correct) {
    view.fail("correct is outside 0..n");
  }
  return count;
}

StoredMetric read_metric(const JsonView& view) {
  StoredMetric metric{.name = view.at("name").text()};
  if (const auto value = view.find("value")) metric.value = value->number();
  if (const auto reason = view.find("reason")) metric.reason = reason->text();
  if (const auto unit = view.find("unit")) metric.unit = unit->text();
  if (const auto direction = view.find("higher_is_better"))
    metric.higher_is_better = direction->boolean();
  if (!metric.value && metric.reason.empty()) view.fail("has neither a value nor a reason");
  return metric;
}

void read_trajectory(const JsonView& view, Cell& cell) {
  if (const auto kept = view.find("kept_epoch")) cell.kept_epoch = kept->integer();
  if (const auto fewer = view.find("fewer_samples")) {
    for (const auto& [name, count] : fewer->members()) cell.fewer_samples[name] = count.integer();
  }
  const auto steps = view.find("steps");
  if (!steps) return;
  for (const auto& step : steps->items()) {
    TrajectoryPoint point{.step = step.at("step").number()};
    if (const auto loss = step.find("loss")) point.loss = loss->number();
    if (const auto accuracy = step.find("forget_accuracy")) {
      point.forget_accuracy = accuracy->number();
    }
    cell.trajectory.push_back(point);
  }
}

Status status_of(const JsonView& view) {
  const std::string name = view.text();
  if (name == "ok") return Status::ok;
  if (name == "failed") return Status::failed;
  if (name == "not_applicable") return Status::not_applicable;
  view.fail("'" + name + "' is no status (ok, failed, not_applicable)");
}

Cell read_cell(const fs::path& path, const std::string& key) {
  const auto json = read_json(path);
  const JsonView document(json, path.string());
  check_version(document);
  Cell cell{.key = key, .status = status_of(document.at("status"))};
  if (const auto stored = document.at("key"); stored.text() != key) {
    stored.fail("'" + stored.text() + "' is not the file's name");
  }
  const auto what = document.at("cell");
  const auto part = [&](const char* name) {
    const auto found = what.find(name);
    return found ? found->raw() : nlohmann::json();
  };
  cell.model = what.at("model").raw();
  cell.request = what.at("request").raw();
  cell.method = what.at("method").raw();
  cell.training = part("training");
  if (const auto failure = document.find("failure")) cell.failure = failure->text();
  if (cell.status != Status::ok) cell.reason = document.at("reason").text();
  if (cell.status == Status::ok) {
    for (const auto& [evaluation, groups] : document.at("counts").members()) {
      for (const auto& [group, levels] : groups.members()) {
        for (const auto& [level, count] : levels.members()) {
          cell.counts[evaluation][group][level] = read_count(count);
        }
      }
    }
    if (const auto metrics = document.find("metrics")) {
      for (const auto& metric : metrics->items()) cell.metrics.push_back(read_metric(metric));
    }
  }
  if (const auto flips = document.find("flips")) {
    for (const auto& [evaluation, of] : flips->members())
      cell.flips[evaluation] = {of.at("precision").text(), of.at("n").integer(),
                                of.at("fine").integer()};
  }
  if (const auto trajectory = document.find("trajectory")) read_trajectory(*trajectory, cell);
  if (const auto predictions = document.find("predictions"))
    cell.predictions_sha256 = predictions->at("sha256").text();
  return cell;
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

const char* to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::failed:
      return "failed";
    case Status::not_applicable:
      return "not_applicable";
    case Status::missing:
      return "missing";
  }
  return "missing";
}

std::string in_words(Status status) {
  std::string words = to_string(status);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

Count count_of(const std::map<std::string, Counts>& counts, const std::string& evaluation,
               const std::string& group, const std::string& level) {
  const auto by_group = counts.find(evaluation);
  if (by_group == counts.end()) return {};
  const auto by_level = by_group->second.find(group);
  if (by_level == by_group->second.end()) return {};
  const auto found = by_level->second.find(level);
  return found == by_level->second.end() ? Count{} : found->second;
}

Results load_results(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw ConfigError(folder.string() + ": no such folder");
  Results results{.folder = folder};
  for (const auto& path : json_files(folder / "plans")) results.plans.push_back(read_plan(path));
  if (results.plans.empty()) {
    throw ConfigError(folder.string() +
                      ": holds no plans/*.json (give a folder that 'lacuna run' wrote)");
  }
  std::set<std::string> planned;
  for (const auto& plan : results.plans) {
    for (const auto& cell : plan.cells) planned.insert({cell.key, cell.original});
    for (const auto& original : plan.originals) planned.insert(original.key);
  }
  for (const auto& key : planned) {
    const auto path = folder / "cells" / (key + ".json");
    results.cells[key] = fs::exists(path) ? read_cell(path, key) : Cell{.key = key};
  }
  for (const auto& path : json_files(folder / "cells")) {
    results.unplanned += !planned.contains(path.stem().string());
  }
  return results;
}

}  // namespace lacuna::report
