#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "lacuna/quality.hpp"
#include "run/goal.hpp"
#include "run/matching.hpp"
#include "run/predictions.hpp"
#include "run/process.hpp"
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

TEST_CASE("Predictions with forgotten coarse classes keep them, and count them apart") {
  const TemporaryFolder folder;
  Predictions predictions;
  predictions.taxonomy = colours;
  predictions.fine_target = at::tensor({0, 1, 2, 3, 4, 5}, at::kLong);
  predictions.fine_predicted = at::tensor({0, 0, 2, 3, 4, 4}, at::kLong);
  predictions.coarse_target = at::tensor(colours.parent, at::kLong);
  predictions.coarse_predicted = at::tensor({0, 1, 1, 0, 2, 2}, at::kLong);
  // hybrid: olive, and everything cold
  predictions.forget = at::tensor({0, 0, 0, 1, 1, 1}, at::kLong).to(at::kBool);
  EvaluationPredictions evaluation{"in_domain", Role::in_domain, {3, 4, 5}, predictions, {2}};
  mark_forgotten_coarse(evaluation);
  const auto counts = counts_of(evaluation);
  CHECK(counts == json::parse(R"({
    "forget": {"fine": [2, 3], "coarse": [0, 1]},
    "retain": {"fine": [2, 3], "coarse": [2, 3]},
    "forgotten_coarse": {"coarse": [2, 2]},
    "all": {"fine": [4, 6], "coarse": [4, 6]}})"));
  save_predictions(folder / "p.safetensors", {evaluation});
  const auto back = load_predictions(folder / "p.safetensors");
  CHECK(back[0].forget_coarse == std::vector<std::int64_t>{2});
  CHECK(counts_of(back[0]) == counts);
  const auto groups = group_counts(back[0].predictions);
  CHECK(groups.forgotten_coarse == Count{2, 2});
  CHECK(groups.forget_coarse == Count{0, 1});
}

namespace {

// Runs a suite and returns its cells; REQUIREs success.
std::map<std::string, json> cells_of(const fs::path& folder, const json& suite) {
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

TEST_CASE("A coarse request is run: its counts hold what goes and what stays") {
  const TemporaryFolder folder;
  const auto cells =
      cells_of(folder.path(), with_request({{"forget", {"warm"}}, {"level", "coarse"}}));
  for (const auto& [label, cell] : cells) {
    INFO(label);
    const auto& request = cell.at("cell").at("request");
    CHECK(request.at("concepts") == json{"red", "pink"});
    CHECK(request.at("forget_coarse") == json{"warm"});
    const auto& counts = cell.at("counts").at("in_domain");
    CHECK(counts.at("forget").at("fine").at(1) == 8);
    CHECK(counts.at("forget").at("coarse").at(1) == 0);
    CHECK(counts.at("forgotten_coarse").at("coarse").at(1) == 8);
    CHECK(counts.at("retain").at("coarse").at(1) == 24);
    CHECK_FALSE(cell.at("counts").at("others").contains("forgotten_coarse"));
    CHECK(cell.at("matching").at("shop").at("matched_coarse") == json{"warm"});
  }
  CHECK(cells.at("push").at("cell").at("request").at("level") == "coarse");
  CHECK(cells.at("push").at("trajectory").at("epochs").at(0).contains("forget_coarse_accuracy"));
}

TEST_CASE("A hybrid request marks the pictures of its coarse names only") {
  const TemporaryFolder folder;
  const auto cells =
      cells_of(folder.path(), with_request({{"forget", {"blue", "warm"}}, {"level", "hybrid"}}));
  const auto& counts = cells.at("push").at("counts").at("in_domain");
  CHECK(counts.at("forget").at("fine").at(1) == 12);
  CHECK(counts.at("forget").at("coarse").at(1) == 4);
  CHECK(counts.at("forgotten_coarse").at("coarse").at(1) == 8);
  CHECK(counts.at("retain").at("coarse").at(1) == 20);
}

TEST_CASE("A result says which concepts had fewer pictures than were asked for") {
  const TemporaryFolder folder, other;
  const auto enough = cells_of(folder.path(), with_request({{"samples_per_concept", 2}}));
  CHECK_FALSE(enough.at("push").at("trajectory").contains("fewer_samples"));
  const auto cells = cells_of(other.path(), with_request({{"samples_per_concept", 1000}}));
  const auto& fewer = cells.at("push").at("trajectory").at("fewer_samples");
  const auto& concepts = cells.at("push").at("cell").at("request").at("concepts");
  REQUIRE(fewer.size() == concepts.size());
  for (const auto& concept_name : concepts) CHECK(fewer.at(concept_name) == 4);
}

TEST_CASE("A request of texts needs no picture of its training split") {
  const TemporaryFolder folder;
  auto suite = with_request({{"exemplars", "text"}});
  suite["requests"][0].erase("split");
  suite["requests"][0].erase("samples_per_concept");
  const auto cells = cells_of(folder.path(), suite);
  const auto& cell = cells.at("push");
  const auto& request = cell.at("cell").at("request");
  CHECK(request.at("exemplars") == "text");
  CHECK_FALSE(request.contains("samples_per_concept"));
  CHECK_FALSE(request.contains("split"));
  // Two names in two templates are four texts: one batch an epoch.
  CHECK(cell.at("trajectory").at("steps").size() == 2);
  CHECK(cell.at("counts").at("in_domain").at("forget").at("fine").at(1) == 8);
}

namespace {

json worker(const fs::path& folder, const std::string& step, json job) {
  job["result"] = (folder / (step + ".result.json")).string();
  write_json(folder / (step + ".json"), job);
  const auto log = folder / (step + ".log");
  auto options =
      lacuna_process({"worker", step, "--job", (folder / (step + ".json")).string()}, log);
  options.environment["LACUNA_PLUGINS"] = RUN_FIXTURES "/others:" LACUNA_PLUGIN_DIR;
  Process process(options);
  const auto end = wait_for(process);
  INFO(read_file(log));
  REQUIRE(end.signal == 0);
  return read_json(job.at("result").get<std::string>());
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
  const auto plan = worker(folder.path(), "plan",
                           {{"device", "cpu"},
                            {"suite", write_suite(folder.path(), suite).string()},
                            {"plugins", {RUN_FIXTURES "/others", LACUNA_PLUGIN_DIR}},
                            {"data", {folder.path().string()}},
                            {"seeds", json::array()}});
  INFO(plan.dump());
  REQUIRE(plan.at("status") == "ok");
  const auto& sets = plan.at("plan").at("sets");
  REQUIRE(sets.size() == 1);
  auto build = *sets.begin();
  build["threads"] = 1;
  build["out"] = (folder / "set.safetensors").string();
  REQUIRE(worker(folder.path(), "forgetting-set", build).at("status") == "ok");

  const auto unlearn = [&](const json& cell) {
    auto job = cell.at("unlearn");
    job["device"] = "cpu";
    job["threads"] = 1;
    job["set"] = build["out"];
    job["weights"] = (folder / "weights.safetensors").string();
    const auto outcome = worker(folder.path(), "unlearn", job);
    INFO(cell.at("label").dump() << outcome.dump());
    REQUIRE(outcome.at("status") == "ok");
    return read_file(folder / "weights.safetensors");
  };
  std::map<std::string, std::string> with_data;
  for (const auto& cell : plan.at("plan").at("cells"))
    if (cell.at("method") != "original") with_data[cell.at("method")] = unlearn(cell);
  CHECK(with_data.size() == ids.size());
  fs::remove(folder / "pictures.bin");
  CHECK(worker(folder.path(), "forgetting-set", build).at("status") == "failed");
  for (const auto& cell : plan.at("plan").at("cells")) {
    const std::string id = cell.at("method");
    INFO(id);
    if (id != "original") CHECK(unlearn(cell) == with_data.at(id));
  }
}
