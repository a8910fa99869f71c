// Plans as JSON: for the parent process, and for readers of a results folder.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include "run/plan/plan.hpp"
#include "run/results/job_result.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

template <class T>
json list(const std::vector<T>& all, Fields which) {
  auto out = json::array();
  for (const auto& one : all) out.push_back(to_json(one, which));
  return out;
}

template <class T>
void read_list(const JsonView& view, std::vector<T>& out) {
  for (const auto& one : view.items()) read_spec(one, out.emplace_back());
}

json job_json(const Job& job) {
  return {{"key", job.key},
          {"step", to_string(job.step())},
          {"spec", job.spec_json(Fields::all)},
          {"needs", job.needs}};
}

Job read_job(const JsonView& view) {
  Job out{.key = view.at("key").text()};
  const auto step = view.at("step").text();
  const auto spec = view.at("spec");
  if (step == to_string(Step::set))
    out.spec = read_spec<SetSpec>(spec);
  else if (step == to_string(Step::unlearn))
    out.spec = read_spec<UnlearnSpec>(spec);
  else if (step == to_string(Step::predict))
    out.spec = read_spec<PredictSpec>(spec);
  else if (step == to_string(Step::score))
    out.spec = read_spec<ScoreSpec>(spec);
  else
    view.at("step").fail("'" + step + "' is no step");
  for (const auto& need : view.at("needs").items()) out.needs.push_back(need.text());
  return out;
}

void check_key(const JsonView& view, const std::string& key) {
  if (!is_key(key)) view.fail("is no key (letters, digits, '-' and '_')");
}

PlannedCell read_cell(const JsonView& view, bool is_original) {
  auto out = read_spec<PlannedCell>(view);
  check_key(view.at("key"), out.key);
  if (!is_original) check_key(view.at("original"), out.original);
  if (is_original && !out.original.empty()) view.at("original").fail("stands in an original");
  if (!out.attacked.empty()) check_key(view.at("attacked"), out.attacked);
  for (const auto* jobs : {"predict", "score"})
    for (const auto& [id, key] : view.at(jobs).members()) check_key(key, key.text());
  if (const auto status = view.find("status");
      status && out.status != "failed" && out.status != "not_applicable")
    status->fail("'" + out.status + "' is known before nothing (failed, not_applicable)");
  if (out.seed < 0) view.at("seed").fail("is negative");
  if (out.label.empty()) out.label = out.method;
  return out;
}

void check_matching(const JsonView& cell) {
  const auto matching = cell.find("matching");
  if (!matching) return;
  for (const auto& [id, lists] : matching->members())
    for (const auto& [name, list] : lists.members())
      for (const auto& one : list.items()) one.text();
}

Plan read_published(const JsonView& document) {
  check_results_version(document);
  Plan plan;
  const auto suite = document.at("suite");
  plan.name = suite.at("name").text();
  plan.title = suite.at("title").text();
  plan.sha256 = suite.at("sha256").text();
  for (const auto& cell : document.at("originals").items()) {
    plan.cells.push_back(read_cell(cell, true));
    check_matching(cell);
  }
  for (const auto& cell : document.at("cells").items())
    plan.cells.push_back(read_cell(cell, false));
  read_list(document.at("evaluations"), plan.evaluations);
  read_list(document.at("metrics"), plan.metrics);
  read_spec(document.at("board"), plan.board);
  if (const auto credits = document.find("credits")) read_list(*credits, plan.credits);
  if (const auto tables = document.find("published")) {
    tables->items();
    plan.published = tables->raw();
  }
  return plan;
}

}  // namespace

bool is_key(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
}

json published(const Plan& plan) {
  auto cells = json::array(), originals = json::array();
  for (const auto& cell : plan.cells)
    (cell.is_original() ? originals : cells).push_back(to_json(cell, Fields::identity));
  json out{{"schema_version", kResultsVersion},
           {"suite", {{"name", plan.name}, {"title", plan.title}, {"sha256", plan.sha256}}},
           {"cells", cells},
           {"originals", originals},
           {"evaluations", list(plan.evaluations, Fields::identity)},
           {"metrics", list(plan.metrics, Fields::identity)},
           {"credits", list(plan.credits, Fields::identity)},
           {"board", to_json(plan.board, Fields::identity)}};
  if (!plan.published.empty()) out["published"] = plan.published;
  return out;
}

Plan read_published_plan(const std::filesystem::path& path) {
  const auto content = read_json(path, "a plan", kMostBinary);
  return read_published(JsonView(content, path.string()));
}

// A line for all but the jobs, then one a job: neither side holds all of it as JSON.
void write_plan(const Plan& plan, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  out << json_text(json{{"published", published(plan)},
                        {"metrics", list(plan.metrics, Fields::all)},
                        {"warnings", plan.warnings},
                        {"missing", list(plan.missing, Fields::all)}},
                   -1)
      << '\n';
  for (const auto& [key, job] : plan.jobs) out << json_text(job_json(job), -1) << '\n';
  if (!out.flush()) throw FileError(file.string() + ": cannot be written", errno);
}

Plan read_plan(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw ConfigError(file.string() + ": is not there");
  std::ifstream in(file, std::ios::binary);
  std::string text;
  const auto next = [&]() -> std::optional<json> {
    if (!std::getline(in, text)) return std::nullopt;
    return parse_json(text);
  };
  auto line = next();
  const json head = line ? std::move(*line) : json();
  const JsonView view(head, "plan");
  auto plan = read_published(view.at("published"));
  plan.metrics.clear();
  read_list(view.at("metrics"), plan.metrics);
  for (const auto& warning : view.at("warnings").items()) plan.warnings.push_back(warning.text());
  read_list(view.at("missing"), plan.missing);
  while ((line = next())) {
    auto job = read_job(JsonView(*line, "plan"));
    auto key = job.key;
    plan.jobs.emplace(std::move(key), std::move(job));
  }
  return plan;
}

}  // namespace lacuna
