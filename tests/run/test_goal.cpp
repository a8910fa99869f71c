#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/goal.hpp"
#include "run/matching.hpp"
#include "run/orders.hpp"
#include "run/outcome_file.hpp"
#include "run/plan.hpp"
#include "run/process.hpp"
#include "run_suite.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::Message;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

const Taxonomy colours{{"red", "pink", "green", "olive", "blue", "navy"},
                       {"warm", "fresh", "cold"},
                       {0, 0, 1, 1, 2, 2}};

struct Mistake {
  std::string level;
  Names asked;
  std::string complaint;
};

}  // namespace

TEST_CASE("The level decides what a list of names means") {
  const auto fine = goal_of("fine", {"navy", "warm", "red"}, colours);
  CHECK(fine.fine == Names{"navy", "red", "pink"});
  CHECK(fine.coarse.empty());
  const auto coarse = goal_of("coarse", {"cold", "warm", "cold"}, colours);
  CHECK(coarse.fine == Names{"blue", "navy", "red", "pink"});
  CHECK(coarse.coarse == Names{"cold", "warm"});
  const auto hybrid = goal_of("hybrid", {"olive", "cold"}, colours);
  CHECK(hybrid.fine == Names{"olive", "blue", "navy"});
  CHECK(hybrid.coarse == Names{"cold"});
}

TEST_CASE("A name at both levels is the level's own, and in a hybrid list the fine one") {
  const Taxonomy both{{"Polo", "Golf", "Up"}, {"Golf", "Other"}, {0, 0, 1}};
  CHECK(goal_of("coarse", {"Golf"}, both).fine == Names{"Polo", "Golf"});
  CHECK(goal_of("fine", {"Golf"}, both).fine == Names{"Golf"});
  CHECK(goal_of("hybrid", {"Golf", "Other"}, both).coarse == Names{"Other"});
}

TEST_CASE("Lists that do not fit the level are refused in one line") {
  const auto mistake = GENERATE(values<Mistake>({
      {"coarse",
       {"cold", "red"},
       "'red': is a fine class (level 'coarse' takes coarse ones, 'hybrid' both)"},
      {"coarse", {"could"}, "'could': no such concept (did you mean 'cold')"},
      {"hybrid", {"olive", "nvy"}, "'nvy': no such concept (did you mean 'navy')"},
      {"hybrid", {"cold"}, "only coarse classes are listed (level 'hybrid' needs both kinds)"},
      {"hybrid", {"red"}, "only fine classes are listed (level 'hybrid' needs both kinds)"},
      {"hybrid",
       {"red", "cold", "navy"},
       "'navy': is under 'cold', which is listed, too (leave one out)"},
  }));
  CHECK_THROWS_MATCHES(goal_of(mistake.level, mistake.asked, colours), ConfigError,
                       Message(mistake.complaint));
  CHECK_THROWS_MATCHES(goal_of("coarse", {"red"}, {{"red"}, {}, {}}), ConfigError,
                       Message("the dataset has no coarse class names (level 'coarse' needs two)"));
  CHECK_THROWS_MATCHES(
      goal_of("hybrid", {"all"}, {{"red"}, {"all"}, {0}}), ConfigError,
      Message("the dataset has not enough coarse class names (level 'hybrid' needs two)"));
}

TEST_CASE("Coarse names are matched like fine ones") {
  CHECK(match_concepts(Role::in_domain, {"cold", "warm"}, colours, Level::coarse).labels ==
        std::vector<std::int64_t>{0, 2});
  CHECK(match_concepts(Role::zero_shot, {"cold"}, colours, Level::coarse).labels.empty());
  const Taxonomy shop{{"a", "b"}, {"Very Cold Things", "Other"}, {0, 1}};
  const auto out = match_concepts(Role::out_of_domain, {"cold", "warm"}, shop, Level::coarse);
  CHECK(out.labels == std::vector<std::int64_t>{0});
  CHECK(out.unmatched == Names{"warm"});
  CHECK_THROWS_MATCHES(match_concepts(Role::in_domain, {"wram"}, colours, Level::coarse),
                       ConfigError, Message("'wram': no such coarse class (did you mean 'warm')"));
}

namespace {

// A folder of results; REQUIREs that the suite ran well.
fs::path ran(const fs::path& folder, const json& suite) {
  const auto result = run(write_suite(folder, suite), folder / "out");
  INFO(result.output);
  REQUIRE(result.status == 0);
  return folder / "out";
}

// How many rows of an evaluation of a cell are of a group.
std::int64_t rows(const fs::path& out, const std::string& label, const std::string& evaluation,
                  Group group, const std::string& question) {
  const auto cell = planned_by_label(out).at(label);
  const auto score = read_json(Store(out).result(Step::score, cell.score.at("agreement")));
  const auto spec = read_spec<ScoreSpec>(JsonView(score.at("spec"), "spec"));
  for (const auto& one : spec.evaluations) {
    if (one.id != evaluation) continue;
    const auto made = evaluation_of(one.id, one.role, load_outcome(Store(out).outcome(one.before)),
                                    load_outcome(Store(out).outcome(one.after)), one.forget,
                                    one.forget_coarse);
    return count(made, made.after, group, question).n;
  }
  FAIL("no evaluation '" << evaluation << "'");
  return 0;
}

json with_request(const json& changes) {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["requests"][0].update(changes);
  return suite;
}

}  // namespace

TEST_CASE("A coarse request is run: what goes and what stays is told apart") {
  const TemporaryFolder folder;
  const auto out = ran(folder.path(), with_request({{"forget", {"warm"}}, {"level", "coarse"}}));
  for (const auto& label : {"original", "push"}) {
    INFO(label);
    CHECK(rows(out, label, "in_domain", Group::forget, "fine") == 8);
    CHECK(rows(out, label, "in_domain", Group::spared, "coarse") == 0);
    CHECK(rows(out, label, "in_domain", Group::forget, "coarse") == 8);
    CHECK(rows(out, label, "in_domain", Group::retain, "coarse") == 24);
    CHECK(rows(out, label, "others", Group::forget, "fine") == 0);
  }
  const auto result = unlearned(out, "push");
  const auto& request = result.at("spec").at("request");
  CHECK(request.at("concepts") == json{"red", "pink"});
  CHECK(request.at("forget_coarse") == json{"warm"});
  CHECK(request.at("level") == "coarse");
  CHECK(result.at("trajectory").at("epochs").at(0).contains("forget_coarse_accuracy"));
  CHECK(cells_by_label(out).at("push").matching.at("shop").at("matched_coarse") == json{"warm"});
}

TEST_CASE("A hybrid request marks the pictures of its coarse names only") {
  const TemporaryFolder folder;
  const auto out =
      ran(folder.path(), with_request({{"forget", {"blue", "warm"}}, {"level", "hybrid"}}));
  CHECK(rows(out, "push", "in_domain", Group::forget, "fine") == 12);
  CHECK(rows(out, "push", "in_domain", Group::spared, "coarse") == 4);
  CHECK(rows(out, "push", "in_domain", Group::forget, "coarse") == 8);
  CHECK(rows(out, "push", "in_domain", Group::retain, "coarse") == 20);
}

TEST_CASE("A result says which concepts had fewer pictures than were asked for") {
  const TemporaryFolder folder, other;
  const auto enough = unlearned(ran(folder.path(), with_request({{"samples_per_concept", 2}})),
                                "push");
  CHECK_FALSE(enough.at("trajectory").contains("fewer_samples"));
  const auto result = unlearned(ran(other.path(), with_request({{"samples_per_concept", 1000}})),
                                "push");
  const auto& fewer = result.at("trajectory").at("fewer_samples");
  const auto& concepts = result.at("spec").at("request").at("concepts");
  REQUIRE(fewer.size() == concepts.size());
  for (const auto& concept_name : concepts) CHECK(fewer.at(concept_name) == 4);
}

TEST_CASE("A request of texts needs no picture of its training split") {
  const TemporaryFolder folder;
  auto suite = with_request({{"exemplars", "text"}});
  suite["requests"][0].erase("split");
  suite["requests"][0].erase("samples_per_concept");
  const auto out = ran(folder.path(), suite);
  const auto result = unlearned(out, "push");
  const auto& request = result.at("spec").at("request");
  CHECK(request.at("exemplars") == "text");
  CHECK_FALSE(request.contains("samples_per_concept"));
  CHECK_FALSE(request.contains("split"));
  // Two names in two templates are four texts: one batch an epoch.
  CHECK(result.at("trajectory").at("steps").size() == 2);
  CHECK(rows(out, "push", "in_domain", Group::forget, "fine") == 8);
}

namespace {

// What a worker leaves of a job, which says itself where.
json worker(const fs::path& folder, const std::string& step, const json& job,
            const fs::path& result) {
  write_json(folder / (step + ".json"), job);
  const auto log = folder / (step + ".log");
  auto options =
      lacuna_process({"worker", step, "--job", (folder / (step + ".json")).string()}, log);
  options.environment["LACUNA_PLUGINS"] = RUN_FIXTURES "/others:" LACUNA_PLUGIN_DIR;
  Process process(options);
  const auto end = wait_for(process);
  INFO(read_file(log));
  REQUIRE(end.signal == 0);
  return read_json(result);
}

template <class Order>
json worker(const fs::path& folder, Step step, Order order) {
  order.result = folder / (std::string(to_string(step)) + ".result.json");
  const auto job = to_json(Orders<Order>{{order}}, Fields::all);
  return worker(folder, to_string(step), job, order.result);
}

Plan planned(const fs::path& folder, const json& suite) {
  const auto result = folder / "plan.result.json";
  json job{{"suite", write_suite(folder, suite).string()},
           {"seeds", json::array()},
           {"device", "cpu"},
           {"plugins", {RUN_FIXTURES "/others", LACUNA_PLUGIN_DIR}},
           {"data", {folder.string()}},
           {"result", result.string()}};
  job["described"] = worker(folder, "describe", job, result).at("plugins");
  return plan_from(worker(folder, "plan", job, result).at("plan"));
}

}  // namespace

TEST_CASE("No method touches a picture outside its forgetting set: the data may be gone by then") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  // The data set refuses to be opened without this file, whoever asks.
  suite["requests"][0]["dataset"]["params"] = {{"needs", "pictures.bin"}};
  write_file_atomically(folder / "pictures.bin", "x");
  suite["methods"] = json::array();
  const Names ids{"ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun"};
  for (const auto& id : ids) suite["methods"].push_back({{"id", id}});
  const auto plan = planned(folder.path(), suite);
  const auto set = folder / "set.safetensors";
  SetOrder build{.set = set};
  for (const auto& [key, job] : plan.jobs)
    if (job.step() == Step::set) build.spec = std::get<SetSpec>(job.spec);
  REQUIRE(worker(folder.path(), Step::set, build).at("status") == "ok");

  const auto unlearn = [&](const PlannedCell& cell) {
    UnlearnOrder order{.key = cell.key, .spec = std::get<UnlearnSpec>(plan.jobs.at(cell.key).spec)};
    order.set = set;
    order.weights = folder / "weights.safetensors";
    const auto outcome = worker(folder.path(), Step::unlearn, order);
    INFO(cell.label << outcome.dump());
    REQUIRE(outcome.at("status") == "ok");
    return read_file(order.weights);
  };
  std::map<std::string, std::string> with_data;
  for (const auto& cell : plan.cells)
    if (!cell.is_original()) with_data[cell.method] = unlearn(cell);
  CHECK(with_data.size() == ids.size());
  fs::remove(folder / "pictures.bin");
  CHECK(worker(folder.path(), Step::set, build).at("status") == "failed");
  for (const auto& cell : plan.cells) {
    INFO(cell.method);
    if (!cell.is_original()) CHECK(unlearn(cell) == with_data.at(cell.method));
  }
}
