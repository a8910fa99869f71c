// The suites of the knowledge-tracing paper as files: what they ask for, and what they are told to
// stand beside.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <set>
#include <variant>

#include "plugin/registry.hpp"
#include "program.hpp"
#include "run/plan/plan.hpp"
#include "run/suite/suite.hpp"
#include "support/files.hpp"

using namespace lacuna;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const fs::path folder = LACUNA_SOURCE_DIR "/suites";

const Plan& plan_of(const std::string& name) {
  static const auto& registry = *[] {
    auto* out = new Registry;
    out->load_folder(LACUNA_PLUGIN_DIR);
    return out;
  }();
  static auto& plans = *new std::map<std::string, Plan>;
  const auto [found, fresh] = plans.try_emplace(name);
  if (fresh) {
    const auto suite = read_suite(folder / (name + ".json"));
    found->second = make_plan(suite, suite_plugins(suite, registry), {});
  }
  return found->second;
}

std::size_t unlearned(const Plan& plan) {
  return static_cast<std::size_t>(std::count_if(plan.cells.begin(), plan.cells.end(),
                                                [](const auto& it) { return !it.is_original(); }));
}

const UnlearnSpec& cell(const Plan& plan, const std::string& request, const std::string& label) {
  for (const auto& it : plan.cells) {
    if (it.request == request && it.label == label)
      return std::get<UnlearnSpec>(plan.jobs.at(it.key).spec);
  }
  FAIL("no cell " << request << " / " << label);
  throw Error("not reached");
}

const std::vector<std::string> nine{"GA",    "GDiff",       "GA+KL",  "Relabeling", "SaLUN",
                                    "ME+GD", "Task vector", "NPO+KL", "NHL+KL"};

}  // namespace

TEST_CASE("Every suite of the paper can be planned, with three seeds and the paper's model") {
  const std::map<std::string, std::pair<std::size_t, std::size_t>> cells{
      {"kt_table2", {1, 27}},   {"kt_table3", {3, 9}},   {"kt_ood", {3, 87}},
      {"kt_compcars", {1, 27}}, {"kt_samples", {6, 18}}, {"kt_margin", {1, 21}},
      {"kt_kl", {1, 60}},       {"kt_goal", {2, 54}},    {"kt_text_only", {1, 27}}};
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("kt_")) files.insert(entry.path().stem());
  }
  CHECK(files.size() == cells.size());
  for (const auto& [name, expected] : cells) {
    INFO(name);
    const auto suite = read_suite(folder / (name + ".json"));
    CHECK(suite.name == name);
    CHECK(suite.models == std::vector<std::string>{"openai/ViT-L-14"});
    CHECK(suite.seeds == std::vector<std::int64_t>{1, 2, 3});
    const auto& plan = plan_of(name);
    CHECK(unlearned(plan) == expected.second);
    CHECK(plan.cells.size() - unlearned(plan) == expected.first);
    std::set<std::string> keys;
    for (const auto& it : plan.cells) {
      if (!it.is_original()) keys.insert(it.key);  // set sizes share an original
    }
    CHECK(keys.size() == unlearned(plan));
  }
}

TEST_CASE("Table 2's suite has the published settings of all nine rows") {
  const auto& plan = plan_of("kt_table2");
  struct Row {
    const char *label, *id;
    double rate;
    json kl, params;
  };
  const std::vector<Row> rows{
      {"GA", "ga", 8e-8, {0, 0}, json::object()},
      {"GDiff", "gdiff", 8e-8, {0, 0}, json::object()},
      {"GA+KL", "ga", 8e-8, {20, 20}, json::object()},
      {"Relabeling", "relabel", 1e-7, {0, 0}, {{"exclude_true", false}}},
      {"SaLUN", "salun", 2e-7, {0, 0}, {{"fraction", 0.1}, {"exclude_true", false}}},
      {"ME+GD", "me", 1e-7, {0, 0}, {{"epsilon", 1e-7}, {"keep", 1.0}}},
      {"Task vector", "task_vector", 1e-7, {0, 0}, {{"coarse_weight", 0.05}, {"scale", 1.5}}},
      {"NPO+KL", "npo", 1e-7, {5, 20}, {{"beta", 0.5}, {"reduction", "batch"}}},
      {"NHL+KL", "nhl", 1e-7, {10, 20}, {{"margin", 2.0}, {"mask", "zero"}}}};
  for (const auto& row : rows) {
    INFO(row.label);
    const auto& it = cell(plan, "difficult", row.label);
    const auto& method = it.method;
    const auto& training = it.training;
    CHECK(method.id == row.id);
    CHECK(training.at("learning_rate") == row.rate);
    CHECK(training.at("epochs") == 8);
    CHECK(training.at("batch_size") == 32);
    CHECK(training.at("teacher_prompts") == "ensemble");
    CHECK((json{it.kl.at("coarse"), it.kl.at("fine")}) == row.kl);
    CHECK(it.kl.at("reduction") == "numel");
    for (const auto& [name, value] : row.params.items()) CHECK(method.params.at(name) == value);
    CHECK(it.request.samples_per_concept == 200);
    CHECK(plan.evaluations.size() == 6);
    CHECK(plan.cells.front().evaluations.empty());  // all of them
  }
}

TEST_CASE("Requests of one suite have settings and evaluations of their own") {
  const auto& ood = plan_of("kt_ood");
  const auto ids = [&](const std::string& request) {
    for (const auto& it : ood.cells)
      if (it.is_original() && it.request == request) return it.evaluations;
    return std::vector<std::string>();
  };
  CHECK(ids("dogs_special") == std::vector<std::string>{"dogs", "oxford_pet"});
  CHECK(ids("cars") == std::vector<std::string>{"cars", "stanford_cars"});
  for (const auto& label : nine) {
    CHECK(cell(ood, "dogs_difficult", label).training.at("epochs") == 8);
    CHECK(cell(ood, "cars", label).training.at("epochs") == 6);
    CHECK(cell(ood, "cars", label).training.at("batch_size") == 16);
  }
  CHECK(cell(ood, "cars", "Relabeling").training.at("learning_rate") == 2e-7);
  CHECK(cell(ood, "cars", "NPO+KL").method.params.at("beta") == 0.4);
  CHECK(cell(ood, "dogs_special", "NHL+KL, margin 4").method.params.at("margin") == 4);

  const auto& samples = plan_of("kt_samples");
  for (const auto& [request, n, epochs] :
       {std::tuple("n10", 10, 128), std::tuple("n30", 30, 52), std::tuple("n50", 50, 31),
        std::tuple("n100", 100, 16), std::tuple("n150", 150, 10), std::tuple("n200", 200, 8)}) {
    const auto& it = cell(samples, request, "NHL+KL");
    CHECK(it.request.samples_per_concept == n);
    CHECK(it.training.at("epochs") == epochs);
    const int steps = (10 * n + 31) / 32 * epochs;
    CHECK(steps >= 470);
    CHECK(steps <= 520);
  }
}

TEST_CASE("Every published table stands beside the suite that asks its question") {
  const auto mapped = [](const std::string& suite) {
    std::map<std::string, std::pair<json, json>> out;
    for (const auto& table : plan_of(suite).published)
      out[table.at("file")] = {table.at("requests"), table.at("labels")};
    return out;
  };
  CHECK(mapped("kt_table2").at("kt_table2.json").second.size() == 9);
  CHECK(mapped("kt_table3").at("kt_table3.json").first.size() == 3);
  CHECK((mapped("kt_ood").at("kt_table4.json").first ==
         json{{"dogs_special", "dogs"}, {"dogs_difficult", "dogs"}}));
  CHECK(
      (mapped("kt_samples").at("kt_table14.json").first == json{{"n10", "n10"}, {"n200", "n200"}}));
  CHECK((mapped("kt_margin").at("kt_table3.json").second == json{{"NHL+KL margin=2", "NHL+KL"}}));
  CHECK(mapped("kt_kl").at("kt_table2.json").second.size() == 3);
  for (const auto* suite : {"kt_compcars", "kt_goal", "kt_text_only"}) CHECK(mapped(suite).empty());
}

TEST_CASE("A suite is found by its name, and its plan says what is missing here") {
  const auto plan = run_shell("LACUNA_DATA= \"$LACUNA\" plan kt_table2 --seeds 1");
  INFO(plan.out << plan.err);
  CHECK(plan.code == 1);
  CHECK_THAT(plan.out, ContainsSubstring("kt_table2: 10 cells"));
  CHECK_THAT(plan.out, ContainsSubstring("missing on this machine:"));
  CHECK_THAT(plan.out, ContainsSubstring("model openai/ViT-L-14: "));
  for (const auto* set :
       {"imgnet_dogs", "stanford_cars", "food101", "flowers102", "caltech101", "cifar100"})
    CHECK_THAT(plan.out, ContainsSubstring("dataset " + std::string(set) + ": "));

  const auto wrong = run_lacuna("plan kt_tabel2");
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, StartsWith("error: 'kt_tabel2': no such suite (did you mean 'kt_table2'"));
  CHECK_THAT(wrong.err, ContainsSubstring("(known: cifar100, demo, kt_compcars, "));
  CHECK(run_lacuna("run kt_tabel2 --out /nowhere").err == wrong.err);
  const auto twice = run_lacuna("plan kt_table2 --seeds 1,1");
  CHECK(twice.code == 2);
  CHECK_THAT(twice.err, StartsWith("error: seeds: a seed stands there twice"));
  CHECK(run_lacuna("plan kt_table2 --seeds one").code == 2);
}
