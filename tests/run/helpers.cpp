#include "helpers.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>

#include "lacuna/random.hpp"
#include "model/weights/checkpoint.hpp"
#include "run/results/stored_cell.hpp"
#include "support/files.hpp"

namespace lacuna::testing {

using nlohmann::json;
namespace fs = std::filesystem;

void write_tiny_model(const fs::path& folder) {
  ClipConfig config;
  config.embedding = 12;
  config.vision = {
      .image_size = 16, .patch_size = 8, .width = 16, .layers = 1, .heads = 2, .widths = {}};
  config.text = {
      .context_length = 32, .vocabulary_size = 514, .width = 16, .layers = 1, .heads = 2};
  save_checkpoint(
      folder, {config, Tokenizer({}), Clip::initial_weights(config, make_generator(3, "weights"))});
}

json tiny_suite() {
  const json tiny{{"id", "tiny"}};
  return {
      {"schema_version", 1},
      {"name", "tiny"},
      {"title", "Squares"},
      {"model", "model"},
      {"requests",
       {{{"id", "difficult"},
         {"dataset", tiny},
         {"split", "train"},
         {"forget", "difficult"},
         {"samples_per_concept", 3}}}},
      {"training", {{"learning_rate", 1e-3}, {"epochs", 2}, {"batch_size", 4}}},
      {"methods",
       {{{"id", "push"}}, {{"id", "push"}, {"kl", {{"coarse", 1}, {"fine", 1}}}}, {{"id", "spy"}}}},
      {"seeds", {1}},
      {"evaluations",
       {{{"id", "in_domain"}, {"role", "in_domain"}, {"dataset", tiny}},
        {{"id", "others"},
         {"role", "zero_shot"},
         {"dataset", {{"id", "tiny"}, {"params", {{"flat", true}}}}}},
        {{"id", "shop"},
         {"role", "out_of_domain"},
         {"dataset", {{"id", "tiny"}, {"params", {{"style", "shop"}}}}}}}},
      {"metrics", {"agreement"}}};
}

fs::path write_suite(const fs::path& folder, const json& suite) {
  if (!fs::exists(folder / "model")) write_tiny_model(folder / "model");
  write_json(folder / "suite.json", suite);
  return folder / "suite.json";
}

ProcessEnd wait_for(Process& process, double seconds) {
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() <
         seconds) {
    if (auto end = process.ended()) return *end;
    wait_for_any({&process}, 0.02);
  }
  FAIL("the process still runs after " << seconds << " s");
  return {};
}

ProcessOptions lacuna_process(const std::vector<std::string>& arguments, const fs::path& log) {
  ProcessOptions options{.program = LACUNA_PROGRAM, .arguments = {"lacuna"}, .log = log};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment["LACUNA_PLUGINS"] = RUN_FIXTURES "/methods:" RUN_FIXTURES "/others";
  return options;
}

Command lacuna(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  Process process(lacuna_process(arguments, folder / "log"));
  const auto end = wait_for(process, 120);
  REQUIRE(end.signal == 0);
  return {end.status, read_file(folder / "log")};
}

std::map<std::string, std::string> results_in(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto* name : {"unlearn", "predict", "score", "plans"}) {
    if (!fs::is_directory(folder / name)) continue;
    for (const auto& file : fs::directory_iterator(folder / name)) {
      // What a killed process was writing lies there for a day.
      if (file.path().extension() == ".tmp") continue;
      out[std::string(name) + "/" + file.path().filename().string()] = read_file(file.path());
    }
  }
  return out;
}

std::vector<Plan> plans_in(const fs::path& folder) {
  std::vector<Plan> out;
  for (const auto& file : fs::directory_iterator(folder / "plans"))
    out.push_back(read_published_plan(file.path()));
  return out;
}

std::map<std::string, PlannedCell> planned_by_label(const fs::path& folder) {
  std::map<std::string, PlannedCell> out;
  for (const auto& plan : plans_in(folder))
    for (const auto& cell : plan.cells) out[label_of(cell)] = cell;
  return out;
}

std::map<std::string, CellResult> cells_by_label(const fs::path& folder) {
  std::map<std::string, CellResult> out;
  StoredJobs stored{Store(folder)};
  for (const auto& plan : plans_in(folder)) {
    for (const auto& cell : plan.cells) {
      auto found = stored_cell(plan, cell, stored, /*contributions=*/false);
      INFO((found.damage.empty() ? "" : *found.damage.begin()));
      REQUIRE(found.damage.empty());
      if (found.result.status != Status::missing) out[label_of(cell)] = std::move(found.result);
    }
  }
  return out;
}

std::string label_of(const PlannedCell& cell) {
  return cell.attack.empty() ? cell.label : cell.label + ", then " + cell.attack;
}

const StoredValue& value_of(const CellResult& cell, const std::string& name) {
  for (const auto& value : cell.values)
    if (value.name == name) return value;
  FAIL("there is no value '" << name << "'");
  return cell.values.front();
}

Plan plan_of(const fs::path& suite, const DataRoots& roots) {
  static const auto& registry = *[] {
    auto* out = new Registry;
    out->load_folder(RUN_FIXTURES "/methods");
    out->load_folder(RUN_FIXTURES "/others");
    out->load(LACUNA_PLUGIN_DIR "/accuracy.so");
    return out;
  }();
  const auto read = read_suite(suite);
  return make_plan(read, suite_plugins(read, registry), roots);
}

}  // namespace lacuna::testing
