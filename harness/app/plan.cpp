// `lacuna plan`: what a suite would run, what of it is there already, what the rest would cost, and
// what it needs that is not on this machine.
#include "run/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "app/cli.hpp"
#include "app/plan_survey.hpp"
#include "fetch/catalogue.hpp"
#include "run/machine/progress.hpp"
#include "run/scheduler.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"
#include "support/temporary_name.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

struct PlanArguments {
  std::string suite;
  std::filesystem::path out;
  std::vector<std::int64_t> seeds;
  std::vector<std::string> only;
  bool json = false;
};

// A dataset of the catalogue has its plugin's id, a model its name.
ordered_json missing_of(const Plan& plan, const DataRoots& roots) {
  auto rows = ordered_json::array();
  for (const auto& [kind, name, reason] : plan.missing) {
    const auto* item = Catalogue::builtin().find(name);
    rows.push_back({{"kind", kind},
                    {"name", name},
                    {"reason", reason},
                    {"how", item ? ordered_json(how_to_get(*item, roots)) : nullptr}});
  }
  return rows;
}

// "unlearn, 3 predict, 5 score".
std::string jobs_in_words(const ordered_json& jobs) {
  std::string out;
  for (const auto& [step, count] : jobs.items()) {
    const auto n = count.get<std::int64_t>();
    if (n == 0) continue;
    out += (out.empty() ? "" : ", ") + (n == 1 ? step : fmt::format("{} {}", n, step));
  }
  return out;
}

void print_cells(const Plan& plan, const ordered_json& cells, const ordered_json& missing) {
  const auto text = [](const ordered_json& value) { return value.get<std::string>(); };
  std::map<std::string, int> totals;
  std::map<std::string, std::int64_t> jobs;
  double seconds = 0;
  std::int64_t unknown = 0;
  for (const auto& cell : cells) {
    const auto state = text(cell["state"]);
    ++totals[state];
    auto note = text(cell["reason"]);
    // What many cells lack is said once, below them.
    if (std::any_of(missing.begin(), missing.end(),
                    [&](const auto& row) { return row["reason"] == note; }))
      note.clear();
    const auto add = [&](const std::string& words) {
      if (!words.empty()) note += (note.empty() ? "" : "; ") + words;
    };
    const auto work = jobs_in_words(cell["jobs"]);
    add(work);
    for (const auto& [step, count] : cell["jobs"].items()) jobs[step] += count.get<std::int64_t>();
    if (!cell["seconds"].is_null()) {
      const auto cost = cell["seconds"].get<double>();
      add("about " + duration_text(cost));
      seconds += cost;
    } else {
      unknown += !work.empty();
    }
    const auto attack = cell.contains("attack") ? ", then " + text(cell["attack"]) : std::string();
    const auto seed =
        cell["seed"].is_null() ? "" : fmt::format(", seed {}", cell["seed"].get<std::int64_t>());
    fmt::print("{}\n", one_line(fmt::format("{}  {:<14} {} / {} / {}{}{}  {}", text(cell["key"]),
                                            state, text(cell["model"]), text(cell["request"]),
                                            text(cell["label"]), seed, attack, note)));
  }
  fmt::print("{}: {} cells", plan.name, cells.size());
  for (const auto& [state, count] : totals) fmt::print(", {} {}", count, state);
  ordered_json all;
  for (const auto* step : {"unlearn", "predict", "score"}) all[step] = jobs[step];
  if (const auto words = jobs_in_words(all); !words.empty()) fmt::print("; jobs: {}", words);
  if (seconds > 0) fmt::print("; about {} of work", duration_text(seconds));
  if (unknown > 0) fmt::print("; {} of unknown cost", unknown);
  fmt::print("\n");
}

void print_missing(const ordered_json& missing) {
  if (missing.empty()) return;
  fmt::print("missing on this machine:\n");
  for (const auto& row : missing) {
    const auto kind = row["kind"].get<std::string>(), name = row["name"].get<std::string>();
    const auto reason = row["reason"].get<std::string>();
    // Most reasons name the thing themselves, and that of a model says how to get it.
    fmt::print("  {} {}{}\n", kind, reason.starts_with(name + ":") ? "" : one_line(name) + ": ",
               one_line(reason));
    if (row["how"].is_null()) continue;
    const auto how = row["how"].get<std::string>();
    if (reason.find(how) == reason.npos) fmt::print("    get it: {}\n", how);
  }
}

// Nothing of planning stays: neither in the folder that is compared with, nor elsewhere.
struct WorkFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("lacuna-" + unique_name());
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

Plan planned(const PlanArguments& options, const Globals& globals) {
  const WorkFolder folder;
  const Store store(folder.path);
  store.create();
  RunOptions run;
  run.seeds = options.seeds;
  try {
    return plan_in_worker(find_suite(options.suite), plugin_folders(globals.plugins),
                          globals.data_roots(), store, run);
  } catch (const PluginError&) {  // what its log says would go with the folder
    std::error_code none;
    if (std::filesystem::is_regular_file(store.log("plan"), none))
      std::cerr << read_file(store.log("plan"));
    throw;
  }
}

int print_plan(const PlanArguments& options, const Globals& globals) {
  const auto plan = planned(options, globals);
  const auto roots = globals.data_roots();
  for (const auto& warning : plan.warnings) std::cerr << "warning: " << one_line(warning) << '\n';
  const auto cells = surveyed_cells(plan, options.only, options.out);
  const auto missing = missing_of(plan, roots);
  if (options.json) {
    fmt::print("{}\n", json_text(ordered_json{{"suite", plan.name},
                                              {"warnings", plan.warnings},
                                              {"cells", cells},
                                              {"missing", missing}}));
  } else {
    print_cells(plan, cells, missing);
    print_missing(missing);
  }
  return missing.empty() ? exit_code::ok : exit_code::some_failed;
}

}  // namespace

void add_plan(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<PlanArguments>();
  auto* command =
      app.add_subcommand("plan", "What a suite would run, what of it is there, what is missing");
  command->add_option("SUITE", options->suite, "a suite's name or file (docs/suites.md)")
      ->required();
  command->add_option("--out", options->out, "a folder of results to compare with");
  command->add_option("--seeds", options->seeds, "1,2,3 instead of the suite's")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--only", options->only,
                   "cells that meet all of 'method=nhl,seed=1' (model, request, method, label, "
                   "seed, attack, key); several add up")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "print JSON");
  add_examples(command, {"lacuna plan demo",
                         "lacuna plan my_suite.json --out results/mine --only 'seed=1'"});
  on_run(command, globals, [options, &globals] { return print_plan(*options, globals); });
}

}  // namespace lacuna
