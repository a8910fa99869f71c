// What a plan makes of attacks and of doors.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <set>
#include <variant>

#include "helpers.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json attacked_suite() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}, {{"id", "spy"}}};
  suite["attacks"] = {{{"id", "closed_form"},
                       {"label", "shrink"},
                       {"params", {{"scale", 0.5}}},
                       {"samples_per_concept", 2},
                       {"training", {{"epochs", 7}}},
                       {"methods", {"push"}}}};
  return suite;
}

const UnlearnSpec& unlearn_of(const Plan& plan, const PlannedCell& cell) {
  return std::get<UnlearnSpec>(plan.jobs.at(cell.key).spec);
}

}  // namespace

TEST_CASE("An attack is a further cell, whose model begins where the attacked one ended") {
  const TemporaryFolder folder;
  const auto plain = tiny_suite();
  const auto plan = lacuna::testing::plan_of(write_suite(folder.path(), attacked_suite()));
  REQUIRE(plan.cells.size() == 4);
  const auto &original = plan.cells[0], &push = plan.cells[1], &attack = plan.cells[2];
  CHECK(attack.label == "push");
  CHECK(attack.attack == "shrink");
  CHECK(attack.attacked == push.key);
  CHECK(attack.original == original.key);
  CHECK(attack.method == "closed_form");
  CHECK(plan.cells[3].label == "spy");

  const auto& spec = unlearn_of(plan, attack);
  CHECK(spec.input == push.key);
  CHECK(spec.method.params.at("scale") == 0.5);
  CHECK(spec.request.samples_per_concept == 2);
  CHECK(unlearn_of(plan, push).request.samples_per_concept == 3);
  CHECK(spec.training.at("epochs") == 7);
  CHECK(spec.training.at("batch_size") == 4);  // the suite's
  CHECK(spec.seed == 1);
  CHECK(spec.set != unlearn_of(plan, push).set);
  CHECK(plan.jobs.at(attack.key).needs == std::vector<std::string>{spec.set, push.key});
  // It is compared with the original.
  const auto& score = std::get<ScoreSpec>(plan.jobs.at(attack.score.at("agreement")).spec);
  for (const auto& evaluation : score.evaluations) {
    CHECK(evaluation.before == original.predict.at(evaluation.id));
    CHECK(evaluation.after == attack.predict.at(evaluation.id));
  }
  write_plan(plan, folder / "plan");
  CHECK(read_plan(folder / "plan").cells[2].attacked == push.key);

  // The attacked row knows nothing of it.
  const auto before = lacuna::testing::plan_of(write_suite(folder.path(), plain));
  CHECK(before.cells[1].key == push.key);
  CHECK(before.cells[1].score == push.score);
}

TEST_CASE("What cannot be run cannot be attacked, for its reason") {
  const TemporaryFolder folder;
  auto suite = attacked_suite();
  suite["methods"] = {{{"id", "needs_retain"}, {"label", "push"}}};
  auto plan = lacuna::testing::plan_of(write_suite(folder.path(), suite));
  REQUIRE(plan.cells.size() == 3);
  for (const auto i : {1, 2}) {
    CHECK(plan.cells[i].status == "not_applicable");
    CHECK_THAT(plan.cells[i].reason, ContainsSubstring("samples of retained concepts"));
    CHECK(plan.cells[i].predict.empty());
    CHECK(plan.cells[i].score.empty());
  }
  suite = attacked_suite();
  suite["attacks"][0] = {{"id", "needs_retain"}, {"label", "learn again"}};
  plan = lacuna::testing::plan_of(write_suite(folder.path(), suite));
  CHECK(plan.cells[1].status.empty());
  CHECK(plan.cells[2].status == "not_applicable");

  suite["attacks"][0]["id"] = "shrnik";
  CHECK_THROWS_WITH(lacuna::testing::plan_of(write_suite(folder.path(), suite)),
                    ContainsSubstring("attacks[0].id: 'shrnik': no such method"));
  suite["attacks"][0] = {{"id", "push"}, {"label", "x"}, {"params", {{"wieght", 1}}}};
  CHECK_THROWS_WITH(lacuna::testing::plan_of(write_suite(folder.path(), suite)),
                    ContainsSubstring("attacks[0].params: push: wieght: unknown parameter"));
}

TEST_CASE("A door needs no plugin, and its files are in the key") {
  const TemporaryFolder folder;
  write_tiny_model(folder / "elsewhere");
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "weights"}, {"params", {{"file", "elsewhere/model.safetensors"}}}}};
  const auto plan = lacuna::testing::plan_of(write_suite(folder.path(), suite));
  REQUIRE(plan.cells.size() == 2);
  const auto& spec = unlearn_of(plan, plan.cells[1]);
  CHECK(spec.method.id == "weights");
  CHECK(spec.method.library.empty());
  CHECK(spec.method.binary.empty());
  CHECK_FALSE(spec.method.contents.empty());
  CHECK_THAT(to_json(spec, Fields::identity).dump(), !ContainsSubstring(folder.path().string()));
  CHECK_THAT(to_json(spec, Fields::all).dump(), ContainsSubstring(folder.path().string()));
}
