// --only: which cells of a plan a user means.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "run/plan/selection.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

// Two seeds of npo with a grid's label and of nhl, an attack on the latter's first.
Plan small_plan() {
  Plan plan;
  const auto add = [&](PlannedCell cell, std::vector<std::string> needs) {
    cell.model = "demo";
    cell.request = "difficult";
    for (const auto* id : {"in_domain", "letters"}) {
      const auto key = cell.key + "_" + id;
      cell.predict[id] = key;
      plan.jobs[key] = {key, PredictSpec{}, cell.is_original() ? needs : std::vector{cell.key}};
    }
    const auto score = cell.key + "_score";
    cell.score["accuracy"] = score;
    plan.jobs[score] = {score, ScoreSpec{}, {"o_in_domain", cell.predict["in_domain"]}};
    if (!cell.is_original()) plan.jobs[cell.key] = {cell.key, UnlearnSpec{}, std::move(needs)};
    plan.cells.push_back(std::move(cell));
  };
  add({.key = "o", .method = "original", .label = "original"}, {});
  for (const std::int64_t seed : {1, 2}) {
    const auto s = std::to_string(seed);
    plan.jobs["set" + s] = {"set" + s, SetSpec{}, {}};
    add({.key = "npo" + s,
         .original = "o",
         .method = "npo",
         .label = "NPO beta=1, lr=2",
         .seed = seed},
        {"set" + s});
    add({.key = "nhl" + s, .original = "o", .method = "nhl", .label = "NHL", .seed = seed},
        {"set" + s});
  }
  add({.key = "q",
       .original = "o",
       .method = "quantise",
       .label = "NHL",
       .seed = 1,
       .attack = "4 bits",
       .attacked = "nhl1"},
      {"set1", "nhl1"});
  return plan;
}

using Keys = std::set<std::string>;

std::string refused(const std::string& only) {
  try {
    selected_cells(small_plan(), {only});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

const PlannedCell& named(const Plan& plan, const std::string& key) {
  return *std::find_if(plan.cells.begin(), plan.cells.end(),
                       [&](const auto& cell) { return cell.key == key; });
}

}  // namespace

TEST_CASE("Conditions select the cells that meet all of them, several selections add up") {
  const auto plan = small_plan();
  CHECK(selected_cells(plan, {}).size() == plan.cells.size());
  CHECK(selected_cells(plan, {"method=nhl"}) == Keys{"nhl1", "nhl2"});
  CHECK(selected_cells(plan, {"method=nhl,seed=1"}) == Keys{"nhl1"});
  CHECK(selected_cells(plan, {" method = nhl , seed = 1 "}) == Keys{"nhl1"});
  CHECK(selected_cells(plan, {"method=nhl,seed=1", "method=npo,seed=2"}) == Keys{"nhl1", "npo2"});
  CHECK(selected_cells(plan, {"method=original"}) == Keys{"o"});
  CHECK(selected_cells(plan, {"attack=4 bits"}) == Keys{"q"});
  CHECK(selected_cells(plan, {"label=NHL"}) == Keys{"nhl1", "nhl2", "q"});
  CHECK(selected_cells(plan, {"key=npo2"}) == Keys{"npo2"});
  CHECK(selected_cells(plan, {"key=np"}) == Keys{"npo1", "npo2"});
  CHECK(selected_cells(plan, {"model=demo,request=difficult,seed=2"}) == Keys{"npo2", "nhl2"});
  // Labels of a grid have commas and equals signs of their own.
  CHECK(selected_cells(plan, {"label=NPO beta=1, lr=2"}) == Keys{"npo1", "npo2"});
  CHECK(selected_cells(plan, {"label=NPO beta=1, lr=2, seed=2"}) == Keys{"npo2"});
  CHECK(selected_cells(plan, {"seed=2,label=NPO beta=1, lr=2"}) == Keys{"npo2"});
}

TEST_CASE("A selection of nothing is a mistake") {
  CHECK(refused("methd=nhl") == "--only: 'methd': nothing to select by (did you mean 'method')");
  CHECK(refused("colour=red") ==
        "--only: 'colour': nothing to select by (known: model, request, method, label, seed, "
        "attack, key)");
  CHECK(refused("nhl") == "--only: 'nhl': is no condition (write 'method=nhl,seed=1')");
  CHECK(refused("method=nhl,1") == "--only: '1': is no condition (write 'method=nhl,seed=1')");
  CHECK(refused("") == "--only: '': is no condition (write 'method=nhl,seed=1')");
  CHECK(refused("method=nlh") ==
        "--only: method: 'nlh': the suite has no such method (did you mean 'nhl')");
  CHECK(refused("seed=7") == "--only: seed: '7': the suite has no such seed (there are: 1, 2)");
  CHECK(refused("seed=") == "--only: seed: '': the suite has no such seed (there are: 1, 2)");
  CHECK(refused("method=npo,attack=4 bits") ==
        "--only: 'method=npo,attack=4 bits': no cell meets all of it");
}

TEST_CASE("A cell's jobs are its own and all that they rest on") {
  const auto plan = small_plan();
  CHECK(jobs_of(plan, named(plan, "o")) == Keys{"o_in_domain", "o_letters", "o_score"});
  CHECK(jobs_of(plan, named(plan, "nhl1")) ==
        Keys{"nhl1", "nhl1_in_domain", "nhl1_letters", "nhl1_score", "set1", "o_in_domain"});
  CHECK(jobs_of(plan, named(plan, "q")) ==
        Keys{"q", "q_in_domain", "q_letters", "q_score", "set1", "o_in_domain", "nhl1"});
}
