// `lacuna plan`: what a suite would run, what of it is there already, what the rest would cost, and
// what it needs that is not on this machine.
#include "run/plan.hpp"

#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "app/cli.hpp"
#include "fetch/catalogue.hpp"
#include "run/collect.hpp"
#include "run/estimate.hpp"
#include "run/progress.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string suite;
  std::filesystem::path out;
  std::vector<std::int64_t> seeds;
  bool json = false;
};

struct State {
  std::string words, reason;
};

State state_of(const PlannedCell& cell, const Plan& plan, const Store* store, StoredCells* stored) {
  if (cell.status == "failed") return {"no data", cell.reason};
  if (cell.status == "not_applicable") return {"not applicable", cell.reason};
  if (!store) return {"to run", ""};
  const auto found = look_up(cell, plan, *store, *stored, {});
  if (found.stored == LookUp::Stored::missing) return {"to run", found.reason};
  if (found.stored == LookUp::Stored::other_metrics) return {"metrics to compute", found.reason};
  return {found.result.at("status") == "ok" ? "there" : "there (failed)", ""};
}

ordered_json cells_of(const Plan& plan, const Options& options) {
  std::optional<Store> store;
  std::optional<StoredCells> stored;
  std::optional<Estimate> estimate;
  if (!options.out.empty()) {  // an empty path would be the working folder
    store.emplace(options.out);
    stored.emplace(*store);
    estimate.emplace(*store);
  }
  auto rows = ordered_json::array();
  for (const auto& cell : plan.cells) {
    const auto state = state_of(cell, plan, store ? &*store : nullptr, stored ? &*stored : nullptr);
    ordered_json row{{"key", cell.key},         {"state", state.words}, {"model", cell.model},
                     {"request", cell.request}, {"label", cell.label},  {"seed", cell.seed},
                     {"reason", state.reason},  {"seconds", nullptr}};
    const auto cost = estimate ? estimate->seconds(cell.method) : std::nullopt;
    if (cost && row["state"] == "to run") row["seconds"] = *cost;
    rows.push_back(std::move(row));
  }
  return rows;
}

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

void print_cells(const Plan& plan, const ordered_json& cells, const ordered_json& missing) {
  const auto text = [](const ordered_json& value) { return value.get<std::string>(); };
  std::map<std::string, int> totals;
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
    if (state == "to run") {
      const bool known = !cell["seconds"].is_null();
      const double cost = known ? cell["seconds"].get<double>() : 0;
      note += (known && !note.empty() ? "; " : "") +
              (known ? "about " + duration_text(cost) : std::string());
      seconds += cost;
      unknown += !known;
    }
    fmt::print("{}\n",
               one_line(fmt::format("{}  {:<18} {} / {} / {}, seed {}  {}", text(cell["key"]),
                                    state, text(cell["model"]), text(cell["request"]),
                                    text(cell["label"]), cell["seed"].get<std::int64_t>(), note)));
  }
  fmt::print("{}: {} cells", plan.name, cells.size());
  for (const auto& [state, count] : totals) fmt::print(", {} {}", count, state);
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

int print_plan(const Options& options, const Globals& globals) {
  const auto registry = globals.registry();
  const auto roots = globals.data_roots();
  auto suite = read_suite(find_suite(options.suite));
  if (!options.seeds.empty()) set_seeds(suite, options.seeds);
  const auto plan = make_plan(suite, registry, roots);
  for (const auto& warning : plan.warnings) std::cerr << "warning: " << one_line(warning) << '\n';
  const auto cells = cells_of(plan, options);
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
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("plan", "What a suite would run, what of it is there, what is missing");
  command->add_option("SUITE", options->suite, "a suite's name or file (docs/suites.md)")
      ->required();
  command->add_option("--out", options->out, "a folder of results to compare with");
  command->add_option("--seeds", options->seeds, "1,2,3 instead of the suite's")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "print JSON");
  on_run(command, globals, [options, &globals] { return print_plan(*options, globals); });
}

}  // namespace lacuna
