#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/suite/suite.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using nlohmann::json;

namespace {

std::string complaint(const json& suite) {
  const TemporaryFolder folder;
  const auto path = write_suite(folder.path(), suite);
  try {
    read_suite(path);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    const auto front = path.string() + ": ";
    REQUIRE(text.starts_with(front));
    return text.substr(front.size());
  }
  return "";
}

// The tiny suite with the value at `pointer` replaced; null removes it.
json with(const std::string& pointer, const json& value) {
  auto suite = tiny_suite();
  const json::json_pointer at(pointer);
  if (value.is_null()) {
    suite[at.parent_pointer()].erase(at.back());
  } else {
    suite[at] = value;
  }
  return suite;
}

struct Mistake {
  std::string pointer;
  json value;
  std::string complaint;
};

}  // namespace

TEST_CASE("A suite is read as written") {
  const TemporaryFolder folder;
  auto written = tiny_suite();
  written["model"] = {"model", "model"};
  written["methods"][0]["grid"] = {{"weight", {1, 2}}, {"kl.fine", {0, 1}}};
  written["methods"][2]["label"] = "Spy";
  const auto path = write_suite(folder.path(), written);
  const auto suite = read_suite(path);
  CHECK(suite.name == "tiny");
  CHECK(suite.title == "Squares");
  CHECK(suite.models.size() == 2);
  CHECK(suite.models[0] == "model");
  REQUIRE(suite.requests.size() == 1);
  CHECK(suite.requests[0].forget_split == "difficult");
  CHECK(suite.requests[0].level == "fine");
  CHECK(suite.requests[0].samples_per_concept == 3);
  REQUIRE(suite.methods.size() == 3);
  CHECK(suite.methods[0].label == "push");
  CHECK(suite.methods[0].grid.size() == 2);
  CHECK(suite.methods[1].label == "push+kl");
  CHECK(suite.methods[2].label == "Spy");
  REQUIRE(suite.evaluations.size() == 3);
  CHECK(suite.evaluations[1].role == Role::zero_shot);
  CHECK(suite.evaluations[1].split == "test");
  CHECK(suite.metrics[0].id == "agreement");
  CHECK(suite.seeds == std::vector<std::int64_t>{1});
  CHECK(suite.sha256.size() == 64);
}

TEST_CASE("Each mistake in a suite is one clear line") {
  const auto mistake = GENERATE(values<Mistake>({
      {"/schema_version", 2, "schema_version: 2 is not known (1 is)"},
      {"/schema_version", nullptr, "'schema_version' is missing"},
      {"/name", "a b", "name: 'a b' cannot be an id (letters, digits, '_' and '-' only)"},
      {"/name", "../x", "name: '../x' cannot be an id (letters, digits, '_' and '-' only)"},
      {"/metods", json::array(), "'metods': unknown key (did you mean 'methods')"},
      {"/requests", json::array(), "requests: is empty (at least one is needed)"},
      {"/requests", "difficult", "requests: is no array"},
      {"/requests/0/forget", nullptr, "requests[0]: 'forget' is missing"},
      {"/requests/0/forget", {1}, "requests[0].forget[0]: 1 is not a string"},
      {"/requests/0/samples_per_concept", 2.5,
       "requests[0].samples_per_concept: 2.5 is not an integer"},
      {"/requests/0/samples_per_concept", 0,
       "requests[0].samples_per_concept: 0 is too small (at least 1)"},
      {"/requests/0/level", "course",
       "requests[0].level: \"course\" is not one of 'fine', 'coarse', 'hybrid' (did you mean "
       "'coarse')"},
      {"/evaluations/0/precision", "half",
       "evaluations[0].precision: \"half\" is not one of 'float32', 'tf32', 'bfloat16'"},
      {"/requests/0/exemplars", "texts",
       "requests[0].exemplars: \"texts\" is not one of 'pictures', 'text' (did you mean 'text')"},
      {"/requests/0/exemplars", "text",
       "requests[0].split: means nothing with exemplars 'text' (leave it out)"},
      {"/methods/0/preset", json::array(), "methods[0].preset: is empty (at least one is needed)"},
      {"/methods/0/preset", {"paper", 1}, "methods[0].preset[1]: 1 is not a string"},
      {"/methods/0/preset",
       {"paper", "imgnet_dogs"},
       "methods[0].preset: 'imgnet_dogs' has no values for 'push' (it has some for ga, "
       "gdiff, me, nhl, npo, relabel, salun, task_vector)"},
      {"/requests/0/dataset/parms", 1,
       "requests[0].dataset: 'parms': unknown key (did you mean 'params')"},
      {"/requests/0/dataset/params", 1, "requests[0].dataset.params: is no object"},
      {"/methods/1/lable", "x", "methods[1]: 'lable': unknown key (did you mean 'label')"},
      {"/methods/1", "push", "methods[1]: is no object"},
      {"/methods/0/id", "original",
       "methods[0].id: 'original' is always part of a plan (leave it out)"},
      {"/methods/0/grid", {{"weight", 1}}, "methods[0].grid.weight: is no array"},
      {"/seeds", {1, 1}, "seeds: a seed stands there twice (each runs once)"},
      {"/seeds", {-1}, "seeds[0]: -1 is too small (at least 0)"},
      {"/seeds", {"1"}, "seeds[0]: \"1\" is not an integer"},
      {"/evaluations/1/id", "in_domain",
       "evaluations[1]: id 'in_domain' is already in use (ids are unique)"},
      {"/evaluations/0/role", "indomain",
       "evaluations[0].role: 'indomain': no such role (did you mean 'in_domain')"},
      {"/metrics",
       {"agreement", "agreement"},
       "metrics[1]: id 'agreement' is already in use (ids are unique)"},
      {"/training", {1}, "training: is no object"},
      {"/requests/0/training", 1, "requests[0].training: is no object"},
      {"/requests/0/evaluations",
       {"in_domian"},
       "requests[0].evaluations[0]: 'in_domian': no such evaluation (did you mean 'in_domain')"},
      {"/requests/0/evaluations",
       {"shop", "shop"},
       "requests[0].evaluations[1]: 'shop' stands there twice"},
      {"/requests/0/evaluations", json::array(),
       "requests[0].evaluations: is empty (at least one is needed)"},
      {"/methods/0/requests",
       {"x"},
       "methods[0].requests[0]: 'x': no such request (known: difficult)"},
      {"/published", "a.json", "published: is no array"},
      {"/published",
       {{{"fiel", "a.json"}}},
       "published[0]: 'fiel': unknown key (did you mean 'file')"},
      {"/published",
       {{{"file", "a.json"}, {"labels", {{"push", 1}}}}},
       "published[0].labels.push: 1 is not a string"},
      {"/attacks", json::array(), "attacks: is empty (at least one is needed)"},
      {"/attacks",
       {{{"id", "spy"}, {"lable", "x"}}},
       "attacks[0]: 'lable': unknown key (did you mean 'label')"},
      {"/attacks", {json::object()}, "attacks[0]: 'id' is missing"},
      {"/attacks", {{{"id", "original"}}}, "attacks[0].id: 'original' is no method (name one)"},
      {"/attacks",
       {{{"id", "spy"}}, {{"id", "push"}, {"label", "spy"}}},
       "attacks[1]: label 'spy' is already in use (labels are unique)"},
      {"/attacks",
       {{{"id", "spy"}, {"methods", {"push", "pusch+kl"}}}},
       "attacks[0].methods[1]: 'pusch+kl': no such method's label (did you mean 'push+kl')"},
      {"/attacks",
       {{{"id", "spy"}, {"methods", {"zzz"}}}},
       "attacks[0].methods[0]: 'zzz': no such method's label (known: push, push+kl, spy)"},
      {"/attacks",
       {{{"id", "spy"}, {"samples_per_concept", 0}}},
       "attacks[0].samples_per_concept: 0 is too small (at least 1)"},
      {"/attacks", {{{"id", "spy"}, {"params", 8}}}, "attacks[0].params: is no object"},
      {"/board", {"q_u"}, "board: is no object"},
      {"/board", {{"colums", {"q_u"}}}, "board: 'colums': unknown key (did you mean 'columns')"},
      {"/board", {{"columns", json::array()}}, "board.columns: is empty (at least one is needed)"},
      {"/board", {{"columns", {"q_u", "q_u"}}}, "board.columns[1]: 'q_u' stands there twice"},
      {"/board", {{"rank", 1}}, "board.rank: 1 is not a string"},
      {"/board", {{"plot", {{"x", "quality"}}}}, "board.plot: 'y' is missing"},
  }));
  CHECK(complaint(with(mistake.pointer, mistake.value)) == mistake.complaint);
}

TEST_CASE("Presets are one or several; KL weights of theirs are in the label") {
  const TemporaryFolder folder;
  auto written = tiny_suite();
  written["methods"] = {
      {{"id", "npo"}, {"preset", "imgnet_dogs"}},
      {{"id", "npo"}, {"preset", {"imgnet_dogs+kl", "reference"}}},
      {{"id", "nhl"}, {"preset", {"compcars_s+kl"}}, {"kl", {{"coarse", 0}}}},
      {{"id", "ga"}, {"preset", "imgnet_dogs+kl"}, {"kl", {{"coarse", 0}, {"fine", 0}}}}};
  const auto suite = read_suite(write_suite(folder.path(), written));
  CHECK(suite.methods[0].presets == std::vector<std::string>{"imgnet_dogs"});
  CHECK(suite.methods[1].presets == std::vector<std::string>{"imgnet_dogs+kl", "reference"});
  CHECK(suite.methods[0].label == "npo");
  CHECK(suite.methods[1].label == "npo+kl");
  CHECK(suite.methods[2].label == "nhl+kl");
  CHECK(suite.methods[3].label == "ga");
}

TEST_CASE("Requests and methods may have settings of their own, and published tables a name here") {
  const TemporaryFolder folder;
  auto written = tiny_suite();
  written["requests"].push_back(written["requests"][0]);
  written["requests"][1]["id"] = "second";
  written["requests"][1]["training"] = {{"epochs", 5}};
  written["requests"][1]["evaluations"] = {"shop", "in_domain"};
  written["methods"][0]["requests"] = {"second"};
  written["published"] = {
      "published/a.json",
      {{"file", "b.json"}, {"requests", {{"second", "theirs"}}}, {"labels", {{"push", "Push"}}}}};
  const auto suite = read_suite(write_suite(folder.path(), written));
  CHECK(suite.requests[0].training.empty());
  CHECK(suite.requests[1].training.at("epochs") == 5);
  CHECK(suite.requests[0].evaluated_on("others"));
  CHECK_FALSE(suite.requests[1].evaluated_on("others"));
  CHECK(suite.requests[1].evaluated_on("shop"));
  CHECK_FALSE(suite.methods[0].runs_on(suite.requests[0]));
  CHECK(suite.methods[0].runs_on(suite.requests[1]));
  CHECK(suite.methods[1].runs_on(suite.requests[0]));
  REQUIRE(suite.published.size() == 2);
  CHECK(suite.published[0].file == folder / "published/a.json");
  CHECK(suite.published[0].requests.empty());
  CHECK(suite.published[1].requests.at("second") == "theirs");
  CHECK(suite.published[1].labels.at("push") == "Push");
}

TEST_CASE("Attacks say on which rows they run") {
  const TemporaryFolder folder;
  auto written = tiny_suite();
  written["methods"][0]["grid"] = {{"weight", {1, 2}}, {"kl.fine", {0, 1}}};
  written["attacks"] = {{{"id", "spy"}},
                        {{"id", "spy"},
                         {"label", "again"},
                         {"params", {{"bits", 8}}},
                         {"training", {{"epochs", 3}}},
                         {"samples_per_concept", 5},
                         {"methods", {"push", "push+kl"}}},
                        {{"id", "push"}, {"methods", {"push fine=0, weight=2"}}},
                        {{"id", "push"}, {"label", "elsewhere"}, {"requests", {"also"}}}};
  written["requests"].push_back(written["requests"][0]);
  written["requests"][1]["id"] = "also";
  const auto suite = read_suite(write_suite(folder.path(), written));
  REQUIRE(suite.attacks.size() == 4);
  CHECK(row_labels(suite.methods[0]) ==
        std::vector<std::string>{"push fine=0, weight=1", "push fine=0, weight=2",
                                 "push fine=1, weight=1", "push fine=1, weight=2"});
  CHECK(row_labels(suite.methods[1]) == std::vector<std::string>{"push+kl"});
  CHECK(suite.attacks[0].label == "spy");
  CHECK(suite.attacks[0].samples_per_concept == 0);
  CHECK(suite.attacks[0].runs_on("push fine=1, weight=1", suite.requests[0]));
  CHECK(suite.attacks[0].runs_on("spy", suite.requests[0]));
  CHECK(suite.attacks[1].label == "again");
  CHECK(suite.attacks[1].params.at("bits") == 8);
  CHECK(suite.attacks[1].training.at("epochs") == 3);
  CHECK(suite.attacks[1].samples_per_concept == 5);
  CHECK(suite.attacks[1].runs_on("push fine=1, weight=1", suite.requests[0]));
  CHECK(suite.attacks[1].runs_on("push+kl", suite.requests[0]));
  CHECK_FALSE(suite.attacks[1].runs_on("spy", suite.requests[0]));
  CHECK(suite.attacks[2].runs_on("push fine=0, weight=2", suite.requests[0]));
  CHECK_FALSE(suite.attacks[2].runs_on("push fine=0, weight=1", suite.requests[0]));
  CHECK_FALSE(suite.attacks[3].runs_on("spy", suite.requests[0]));
  CHECK(suite.attacks[3].runs_on("spy", suite.requests[1]));
}

TEST_CASE("A board is what the suite says, or as ever") {
  const TemporaryFolder folder;
  auto written = tiny_suite();
  const auto usual = read_suite(write_suite(folder.path(), written)).board;
  CHECK(usual.columns.empty());
  CHECK(usual.rank == "q_u");
  CHECK(usual.plot_x == "utility");
  CHECK(usual.plot_y == "quality");
  written["board"] = {{"columns", {"agreement", "q_u"}},
                      {"rank", "agreement"},
                      {"plot", {{"x", "q_u"}, {"y", "agreement"}}}};
  const auto board = read_suite(write_suite(folder.path(), written)).board;
  CHECK(board.columns == std::vector<std::string>{"agreement", "q_u"});
  CHECK(board.rank == "agreement");
  CHECK(board.plot_x == "q_u");
  CHECK(board.plot_y == "agreement");
}

TEST_CASE("A suite may bring presets of its own") {
  const TemporaryFolder folder;
  const auto write_preset = [&](const std::string& name, const json& preset) {
    write_json(folder / "presets" / (name + ".json"), preset);
  };
  json mine{{"schema_version", 1}, {"name", "mine"},
            {"summary", "ours"},   {"source", "here"},
            {"base", "reference"}, {"methods", {{"push", {{"kl", {{"coarse", 2}}}}}}}};
  write_preset("mine", mine);
  auto written = tiny_suite();
  written["methods"][0]["preset"] = "presets/mine.json";
  const auto suite = read_suite(write_suite(folder.path(), written));
  CHECK(suite.methods[0].presets ==
        std::vector<std::string>{(folder / "presets/mine.json").string()});
  CHECK(suite.methods[0].label == "push+kl");
  written["methods"][0]["preset"] = "presets/mein.json";
  CHECK(complaint(written).starts_with("methods[0].preset: /"));
}

TEST_CASE("Seeds may be replaced, by such as a suite could have") {
  const TemporaryFolder folder;
  auto suite = read_suite(write_suite(folder.path(), tiny_suite()));
  set_seeds(suite, {4, 2});
  CHECK(suite.seeds == std::vector<std::int64_t>{4, 2});
  CHECK_THROWS_WITH(set_seeds(suite, {1, 1}), "seeds: a seed stands there twice (each runs once)");
  CHECK_THROWS_WITH(set_seeds(suite, {-1}), "seeds: -1 is too small (at least 0)");
  CHECK(suite.seeds == std::vector<std::int64_t>{4, 2});
}

TEST_CASE("A suite that is no JSON, or not there, is the user's mistake") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(read_suite(folder / "none.json"), ConfigError);
  std::ofstream(folder / "bad.json") << "{\"schema_version\": 1,,}";
  CHECK_THROWS_AS(read_suite(folder / "bad.json"), ConfigError);
  for (const char* place : {"/seeds", "/methods/0/params", "/model", "/title", "/training"}) {
    auto suite = tiny_suite();
    suite[json::json_pointer(place)] = "HERE";
    auto text = suite.dump();
    text.replace(text.find("\"HERE\""), 6, std::string(200000, '[') + std::string(200000, ']'));
    std::ofstream(folder / "deep.json") << text;
    CHECK_THROWS_WITH(read_suite(folder / "deep.json"),
                      Catch::Matchers::EndsWith("is nested more than 100 levels deep"));
  }
}
