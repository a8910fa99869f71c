#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <variant>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/jobs/matching.hpp"
#include "run/jobs/orders.hpp"
#include "run/machine/process.hpp"
#include "run/results/outcome_file.hpp"
#include "run/results/store.hpp"
#include "run/suite/goal.hpp"
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

TEST_CASE("Coarse labels that are to be forgotten are counted apart") {
  const TemporaryFolder folder;
  Predicted predicted{.taxonomy = colours};
  const auto ask = [&](const char* question, const at::Tensor& target, const at::Tensor& answer) {
    predicted.asked.push_back({.question = question, .target = target, .forget = {}});
    predicted.outcome.columns[std::string(question) + "/predicted"] = answer;
  };
  ask("fine", at::tensor({0, 1, 2, 3, 4, 5}, at::kLong), at::tensor({0, 0, 2, 3, 4, 4}, at::kLong));
  ask("coarse", at::tensor(colours.parent, at::kLong), at::tensor({0, 1, 1, 0, 2, 2}, at::kLong));
  save_outcome(folder / "p.safetensors", predicted);
  const auto back = load_outcome(folder / "p.safetensors");
  // hybrid: olive, and everything cold
  const auto evaluation = evaluation_of("in_domain", Role::in_domain, back, back, {3, 4, 5}, {2});
  const auto counted = [&](Group group, const char* question) {
    return count(evaluation, evaluation.after, group, question);
  };
  CHECK(counted(Group::forget, "fine") == Count{2, 3});
  CHECK(counted(Group::spared, "coarse") == Count{0, 1});
  CHECK(counted(Group::forget, "coarse") == Count{2, 2});
  CHECK(counted(Group::retain, "fine") == Count{2, 3});
  CHECK(counted(Group::retain, "coarse") == Count{2, 3});
  CHECK(counted(Group::all, "fine") == Count{4, 6});
}

namespace {

// Runs a suite and returns its cells; REQUIREs success.
std::map<std::string, CellResult> cells_of(const fs::path& folder, const json& suite) {
  const auto path = write_suite(folder, suite);
  const auto result =
      lacuna::testing::lacuna({"run", path.string(), "--out", (folder / "out").string()});
  INFO(result.output);
  REQUIRE(result.status == 0);
  return cells_by_label(folder / "out");
}

json with_request(const json& changes) {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["requests"][0].update(changes);
  return suite;
}

}  // namespace

namespace {

const json kAccuracy{{"metrics", {"accuracy"}}};

std::int64_t count_in(const CellResult& cell, const std::string& name) {
  return value_of(cell, name).count.value_or(Count{}).n;
}

}  // namespace

TEST_CASE("A coarse request is run: its counts hold what goes and what stays") {
  const TemporaryFolder folder;
  auto suite = with_request({{"forget", {"warm"}}, {"level", "coarse"}});
  suite.update(kAccuracy);
  const auto cells = cells_of(folder.path(), suite);
  for (const auto& [label, cell] : cells) {
    INFO(label);
    CHECK(count_in(cell, "forget_fine") == 8);
    CHECK(count_in(cell, "forget_coarse") == 0);
    CHECK(count_in(cell, "forgotten_coarse") == 8);
    CHECK(count_in(cell, "retain_coarse") == 24);
    CHECK(cell.matching.at("shop").at("matched_coarse") == json{"warm"});
  }
  const auto& push = cells.at("push");
  CHECK(push.request.at("concepts") == json{"red", "pink"});
  CHECK(push.request.at("forget_coarse") == json{"warm"});
  CHECK(push.request.at("level") == "coarse");
  const auto stored =
      read_json(Store(folder / "out").result(Step::unlearn, push.key)).at("trajectory");
  CHECK(stored.at("epochs").at(0).contains("forget_coarse_accuracy"));
}

TEST_CASE("A hybrid request marks the pictures of its coarse names only") {
  const TemporaryFolder folder;
  auto suite = with_request({{"forget", {"blue", "warm"}}, {"level", "hybrid"}});
  suite.update(kAccuracy);
  const auto push = cells_of(folder.path(), suite).at("push");
  CHECK(count_in(push, "forget_fine") == 12);
  CHECK(count_in(push, "forget_coarse") == 4);
  CHECK(count_in(push, "forgotten_coarse") == 8);
  CHECK(count_in(push, "retain_coarse") == 20);
}

TEST_CASE("A result says which concepts had fewer pictures than were asked for") {
  const TemporaryFolder folder, other;
  const auto enough = cells_of(folder.path(), with_request({{"samples_per_concept", 2}}));
  CHECK(enough.at("push").fewer_samples.empty());
  const auto cells = cells_of(other.path(), with_request({{"samples_per_concept", 1000}}));
  const auto& fewer = cells.at("push").fewer_samples;
  const auto& concepts = cells.at("push").request.at("concepts");
  REQUIRE(fewer.size() == concepts.size());
  for (const auto& concept_name : concepts) CHECK(fewer.at(concept_name) == 4);
}

TEST_CASE("A request of texts needs no picture of its training split") {
  const TemporaryFolder folder;
  auto suite = with_request({{"exemplars", "text"}});
  suite["requests"][0].erase("split");
  suite["requests"][0].erase("samples_per_concept");
  suite.update(kAccuracy);
  const auto cells = cells_of(folder.path(), suite);
  const auto& cell = cells.at("push");
  const auto& request = cell.request;
  CHECK(request.at("exemplars") == "text");
  CHECK_FALSE(request.contains("samples_per_concept"));
  CHECK_FALSE(request.contains("split"));
  // Two names in two templates are four texts: one batch an epoch.
  CHECK(cell.trajectory.size() == 2);
  CHECK(count_in(cell, "forget_fine") == 8);
}

namespace {

// Has a worker do one job of a step; returns what it left.
template <class Order>
json worker(const fs::path& folder, const char* step, const Order& order) {
  auto job = to_json(Orders<Order>{{order}}, Fields::all);
  job.update(to_json(WorkerHead{}, Fields::all));
  const auto file = folder / "order.json", log = folder / "log";
  write_json(file, job);
  auto options = lacuna_process({"worker", step, "--job", file.string()}, log);
  options.environment["LACUNA_PLUGINS"] = std::nullopt;
  Process process(options);
  const auto end = wait_for(process);
  INFO(read_file(log));
  REQUIRE(end.signal == 0);
  return read_json(order.result);
}

}  // namespace

TEST_CASE("No method touches a picture outside its samples: the data may be gone by then") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  // The data set refuses to be opened without this file, whoever asks.
  suite["requests"][0]["dataset"]["params"] = {{"needs", "pictures.bin"}};
  write_file_atomically(folder / "pictures.bin", "x");
  suite["methods"] = json::array();
  const Names ids{"ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun"};
  for (const auto& id : ids) suite["methods"].push_back({{"id", id}});
  Registry registry;
  registry.load_folder(RUN_FIXTURES "/others");
  for (const auto& id : ids) registry.load(fs::path(LACUNA_PLUGIN_DIR) / (id + ".so"));
  const auto read = read_suite(write_suite(folder.path(), suite));
  const auto plan = make_plan(read, suite_plugins(read, registry), DataRoots{{folder.path()}});

  SetOrder set{.result = folder / "result.json", .set = folder / "set.safetensors"};
  std::vector<UnlearnOrder> orders;
  for (const auto& [key, job] : plan.jobs) {
    if (job.step() == Step::set) set.key = key, set.spec = std::get<SetSpec>(job.spec);
    if (job.step() == Step::unlearn)
      orders.push_back({.key = key,
                        .spec = std::get<UnlearnSpec>(job.spec),
                        .result = folder / "result.json",
                        .set = set.set,
                        .weights = folder / "weights.safetensors",
                        .work = folder / "work"});
  }
  CHECK(orders.size() == ids.size());
  REQUIRE(worker(folder.path(), "set", set).at("status") == "ok");
  const auto unlearn = [&](const UnlearnOrder& order) {
    INFO(order.spec.method.id);
    const auto outcome = worker(folder.path(), "unlearn", order);
    INFO(outcome.dump());
    REQUIRE(outcome.at("status") == "ok");
    return read_file(order.weights);
  };
  std::map<std::string, std::string> with_data;
  for (const auto& order : orders) with_data[order.key] = unlearn(order);
  fs::remove(folder / "pictures.bin");
  CHECK(worker(folder.path(), "set", set).at("status") == "failed");
  for (const auto& order : orders) CHECK(unlearn(order) == with_data.at(order.key));
}
