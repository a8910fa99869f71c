// What a second run does: what is not there, and nothing else.
#include <ATen/ATen.h>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "helpers.hpp"
#include "model/weights/safetensors.hpp"
#include "run_suite.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A folder with the results of the suite, and the suite to be changed.
struct Ran {
  TemporaryFolder folder;
  json suite;
  fs::path path, out;
  explicit Ran(json of = tiny_suite(), const std::vector<std::string>& more = {})
      : suite(std::move(of)), path(write_suite(folder.path(), suite)), out(folder / "out") {
    const auto first = run(path, out, more);
    INFO(first.output);
    REQUIRE(first.status == 0);
  }
  Command again(const std::vector<std::string>& more = {}) {
    write_suite(folder.path(), suite);
    return run(path, out, more);
  }
  Store store() const { return Store(out); }
  std::string key(const std::string& label) const { return planned_by_label(out).at(label).key; }
};

json with_methods(json methods) {
  auto suite = tiny_suite();
  suite["methods"] = std::move(methods);
  return suite;
}

// The results of jobs: what a plan says may change.
Times results_of(const fs::path& out) {
  Times all;
  for (const auto* name : {"unlearn", "predict", "score", "records"})
    all.merge(times_in(out / name));
  return all;
}

void unchanged(const Times& before, const fs::path& out) {
  const auto now = results_of(out);
  for (const auto& [file, time] : before) {
    INFO(file);
    REQUIRE(now.contains(file));
    CHECK(now.at(file) == time);
  }
}

const json kMore{{"id", "more"},
                 {"role", "zero_shot"},
                 {"dataset", {{"id", "tiny"}, {"params", {{"flat", true}, {"per_class", 2}}}}}};

std::size_t weights_in(const fs::path& out) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(out / "weights"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("An evaluation more is predicted and scored: nothing is unlearned again") {
  Ran ran;
  const auto before = results_of(ran.out);
  ran.suite["evaluations"].push_back(kMore);
  const auto result = ran.again();
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("4 cells: 4 ok, 0 failed, 0 not applicable (0 were "
                                              "there already); ran 0 unlearn, 4 predict, 4 score"));
  // One process a model, no set and no method, and few for the metrics.
  CHECK(processes_of(result) >= 5);
  CHECK(processes_of(result) <= 8);
  unchanged(before, ran.out);

  SECTION("and one fewer runs nothing") {
    ran.suite["evaluations"].erase(3);
    const auto fewer = ran.again();
    CHECK(fewer.status == 0);
    CHECK_THAT(fewer.output, ContainsSubstring("(4 were there already); 0:"));
    CHECK(processes_of(fewer) == 0);
    unchanged(before, ran.out);
  }
  SECTION("with the bytes of a run that had it from the beginning") {
    REQUIRE(run(ran.path, ran.folder / "fresh").status == 0);
    const auto fresh = results_in(ran.folder / "fresh"), here = results_in(ran.out);
    for (const auto& [file, bytes] : fresh) {
      INFO(file);
      REQUIRE(here.contains(file));
      CHECK(here.at(file) == bytes);
    }
  }
}

TEST_CASE("An evaluation that no metric is given is no metric's job") {
  auto suite = tiny_suite();
  suite["metrics"] = {"in_domain_agreement"};
  Ran ran(suite);
  ran.suite["evaluations"].push_back(kMore);
  CHECK_THAT(ran.again().output, ContainsSubstring("ran 0 unlearn, 4 predict, 0 score in 4"));
}

TEST_CASE("A metric more is computed from what was predicted") {
  Ran ran;
  const auto before = results_of(ran.out);
  ran.suite["metrics"].push_back("in_domain_agreement");
  const auto result = ran.again();
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("(4 were there already); ran 0 unlearn, 0 predict, "
                                              "4 score in 1 process;"));
  unchanged(before, ran.out);
  for (const auto& [label, cell] : cells_by_label(ran.out)) CHECK(cell.values.size() == 6);
}

TEST_CASE("A metric that crashes leaves every result as it was, and the other metrics' too") {
  Ran ran;
  const auto before = results_of(ran.out);
  ran.suite["metrics"] = {{{"id", "agreement"}, {"params", {{"crash", true}}}},
                          "in_domain_agreement"};
  for (const auto& more : {std::vector<std::string>{}, {"--retry-failed"}}) {
    const auto result = ran.again(more);
    INFO(result.output);
    CHECK(result.status == 1);
    CHECK_THAT(result.output, ContainsSubstring("4 cells: 4 ok, 0 failed, 0 not applicable (4 were "
                                                "there already); ran 0 unlearn, 0 predict, "));
    CHECK_THAT(result.output,
               ContainsSubstring("  failed: push: metric agreement: score: crashed in 'agreement' "
                                 "with signal 6, Aborted (its output is in logs/"));
    unchanged(before, ran.out);
    for (const auto& [label, cell] : cells_by_label(ran.out)) {
      INFO(label);
      CHECK(cell.status == Status::ok);
      CHECK_THAT(value_of(cell, "agreement").reason, ContainsSubstring("crashed"));
      CHECK(cell.values.size() == 4);
    }
  }
  ran.suite["metrics"] = {"agreement"};
  CHECK_THAT(ran.again().output, ContainsSubstring("(4 were there already); 0:"));
}

TEST_CASE("A metric that hangs, or whose file does not load, leaves every result as it was") {
  Ran ran(with_methods({{{"id", "push"}}}));
  const auto before = results_of(ran.out);
  const auto fails = [&](const json& metric, const std::vector<std::string>& more,
                         const std::string& reason) {
    ran.suite["metrics"] = {metric, "in_domain_agreement"};
    const auto result = ran.again(more);
    INFO(result.output);
    CHECK(result.status == 1);
    const auto id = metric.at("id").get<std::string>();
    CHECK_THAT(result.output, ContainsSubstring("  failed: push: metric " + id + ": " + reason));
    unchanged(before, ran.out);
    const auto cell = cells_by_label(ran.out).at("push");
    CHECK(cell.status == Status::ok);
    CHECK_THAT(value_of(cell, id).reason, ContainsSubstring(reason));
    CHECK(value_of(cell, "agreement/in_domain").value.has_value());
  };
  SECTION("hangs") {
    // Of one cell, since the limit is waited for; not short, since a busy machine is no failure.
    fails({{"id", "agreement"}, {"params", {{"hang", true}}}},
          {"--cell-timeout", "6", "--only", "label=push"},
          "score: still running in 'agreement' after 6 s, stopped (--cell-timeout sets the limit)");
  }
  SECTION("does not load") {
    fails({{"id", "elusive"}}, {}, "score: ");
    CHECK_THAT(ran.again().output, ContainsSubstring("no offers today"));
  }
  ran.suite["metrics"] = {"agreement"};
  CHECK_THAT(ran.again().output, ContainsSubstring("(2 were there already); 0:"));
}

TEST_CASE("A job that takes its batch down is the only one that fails") {
  auto suite = tiny_suite();
  suite["metrics"] = {"in_domain_agreement",
                      {{"id", "agreement"}, {"params", {{"crash_at", "shop"}}}}};
  suite["evaluations"].erase(2);
  Ran ran(suite);
  ran.suite["evaluations"] = tiny_suite()["evaluations"];
  ran.suite["methods"].push_back({{"id", "push"}, {"label", "more"}, {"params", {{"weight", 2}}}});
  const auto result = ran.again({"--jobs", "1"});
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK_THAT(result.output, ContainsSubstring("5 cells: 5 ok, 0 failed"));
  for (const auto& [label, cell] : cells_by_label(ran.out)) {
    INFO(label);
    CHECK(value_of(cell, "agreement/in_domain").value.has_value());
    REQUIRE(cell.values.back().metric == "agreement");
    const auto& reason = cell.values.back().reason;
    CHECK_THAT(reason, ContainsSubstring("with signal 6, Aborted"));
    const auto crashed = planned_by_label(ran.out).at(label).score.at("agreement");
    CHECK_THAT(reason, ContainsSubstring("logs/" + crashed + ".txt"));
  }
}

TEST_CASE("Values that cannot be are their metric's failure, with the reason") {
  Ran ran(with_methods({{{"id", "push"}}}));
  const auto before = results_of(ran.out);
  const auto fails = [&](const char* how, const std::string& reason) {
    ran.suite["metrics"] = {{{"id", "agreement"}, {"params", {{"gives", how}}}}};
    const auto result = ran.again();
    INFO(result.output);
    CHECK(result.status == 1);
    CHECK_THAT(result.output, ContainsSubstring("metric agreement: score: agreement: '"));
    CHECK_THAT(result.output, ContainsSubstring(reason));
    unchanged(before, ran.out);
  };
  fails("nan", "'agreement': is not finite");
  fails("bound", "is above its upper bound");
  fails("count", "is not 1 of 1000");
  fails("mean", "is not the mean of its contributions");
  fails("twice", "'agreement': two values have this name");
}

TEST_CASE("A metric is not asked where a column is missing that it reads") {
  auto suite = with_methods({{{"id", "push"}}});
  suite["metrics"] = {"greedy", "agreement"};
  const Ran ran(suite);
  const auto cell = cells_by_label(ran.out).at("push");
  CHECK_FALSE(value_of(cell, "greedy").value);
  CHECK(value_of(cell, "greedy").reason == "evaluation 'in_domain' has no column 'fine/logits'");
  CHECK(value_of(cell, "agreement").value.has_value());
}

TEST_CASE("Contributions are stored beside the value that they make") {
  const Ran ran(with_methods({{{"id", "push"}}}));
  const auto key = planned_by_label(ran.out).at("push").score.at("agreement");
  const auto file = load_safetensors(ran.store().per_sample(key));
  REQUIRE(file.tensors.size() == 1);
  const auto& rows = file.tensors.at("agreement/in_domain");
  CHECK(rows.scalar_type() == at::kFloat);
  CHECK(rows.numel() == 32);
  const auto cell = cells_by_label(ran.out).at("push");
  CHECK(rows.mean().item<double>() == Catch::Approx(*value_of(cell, "agreement/in_domain").value));
}

TEST_CASE("Weights stay as long as they are needed, and then within the budget") {
  SECTION("none") {
    const Ran ran(tiny_suite(), {"--keep-weights", "none"});
    CHECK(weights_in(ran.out) == 0);
  }
  SECTION("all") {
    const Ran ran(tiny_suite(), {"--keep-weights", "all"});
    CHECK(weights_in(ran.out) == 3);
  }
  SECTION("room for one: the last used") {
    Ran ran(tiny_suite(), {"--jobs", "1"});
    REQUIRE(weights_in(ran.out) == 3);
    const auto push = ran.store().weights(ran.key("push"));
    const auto room = std::to_string(fs::file_size(push) * 3 / 2);
    // What is there is left alone by a run that makes none.
    REQUIRE(ran.again({"--keep-weights", room}).status == 0);
    CHECK(weights_in(ran.out) == 3);
    ran.suite["methods"].push_back({{"id", "push"}, {"label", "new"}, {"params", {{"weight", 2}}}});
    REQUIRE(ran.again({"--keep-weights", room}).status == 0);
    CHECK(weights_in(ran.out) == 1);
    CHECK(fs::exists(ran.store().weights(ran.key("new"))));
  }
  SECTION("no such size") {
    const TemporaryFolder folder;
    const auto path = write_suite(folder.path(), tiny_suite());
    const auto result = run(path, folder / "out", {"--keep-weights", "lots"});
    CHECK(result.status == 2);
    CHECK(result.output ==
          "error: --keep-weights: 'lots': no size (none, all, or one such as 500MB or 4GB)\n");
  }
}

TEST_CASE("Weights that are gone are made again, and have to be the same") {
  Ran ran(with_methods({{{"id", "push"}}}), {"--keep-weights", "none"});
  const auto before = results_of(ran.out);
  ran.suite["evaluations"].push_back(kMore);
  SECTION("they are") {
    const auto result = ran.again({"--keep-weights", "all"});
    INFO(result.output);
    CHECK(result.status == 0);
    CHECK_THAT(result.output, ContainsSubstring("ran 1 unlearn, 2 predict, 2 score"));
    unchanged(before, ran.out);
    const auto key = ran.key("push");
    CHECK(sha256_file(ran.store().weights(key)) ==
          unlearned(ran.out, "push").at("weights").get<std::string>());
  }
  SECTION("a file in their place that is not theirs is not used") {
    fs::create_directories(ran.out / "weights");
    write_file_atomically(ran.store().weights(ran.key("push")), "other weights");
    const auto result = ran.again();
    CHECK(result.status == 0);
    CHECK_THAT(result.output, ContainsSubstring("ran 1 unlearn, 2 predict, 2 score"));
    unchanged(before, ran.out);
  }
  SECTION("they are others: another machine's result") {
    const auto key = ran.key("push");
    auto stored = unlearned(ran.out, "push");
    const std::string said(64, 'a');
    const std::string made = stored["weights"];
    stored["weights"] = said;
    write_json(ran.store().result(Step::unlearn, key), stored);
    const auto changed = results_of(ran.out);
    for (int time = 0; time < 2; ++time) {
      const auto result = ran.again();
      INFO(result.output);
      CHECK(result.status == 1);
      CHECK_THAT(result.output, ContainsSubstring("2 cells: 1 ok, 0 failed, 0 not applicable, 1 "
                                                  "not run"));
      CHECK_THAT(result.output,
                 ContainsSubstring("not run: push: its weights, made again, are others (" + made +
                                   ", unlearn/" + key + ".json says " + said +
                                   ": another machine or library)"));
      unchanged(changed, ran.out);
    }
  }
}

TEST_CASE("An attack begins with the weights of the model that it attacks") {
  auto suite = with_methods({{{"id", "closed_form"}, {"params", {{"scale", 0.5}}}}});
  suite["attacks"] = {{{"id", "closed_form"}, {"label", "grow"}, {"params", {{"scale", 2}}}},
                      {{"id", "spy"}, {"label", "spy"}}};
  Ran ran(suite, {"--keep-weights", "all"});
  const auto original = load_safetensors(ran.folder / "model/model.safetensors").tensors;
  const auto attacked =
      load_safetensors(ran.store().weights(ran.key("closed_form, then grow"))).tensors;
  REQUIRE(attacked.size() == original.size());
  for (const auto& [name, weight] : attacked) CHECK(at::equal(weight, original.at(name)));
  const auto spec =
      read_json(ran.store().result(Step::unlearn, ran.key("closed_form, then grow"))).at("spec");
  CHECK(spec.at("input") == ran.key("closed_form"));
  CHECK(cells_by_label(ran.out).at("closed_form, then spy").status == Status::ok);

  SECTION("which are made again where they are gone") {
    fs::remove_all(ran.out / "weights");
    ran.suite["attacks"][0]["params"]["scale"] = 4;
    CHECK_THAT(ran.again().output, ContainsSubstring("ran 2 unlearn, 3 predict, 1 score"));
  }
}

TEST_CASE("What cannot be attacked fails the attack, for its reason") {
  const TemporaryFolder folder;
  auto suite = with_methods(json::array({faulty("throw")}));
  suite["attacks"] = {{{"id", "spy"}, {"label", "spy"}}};
  const auto result = run(write_suite(folder.path(), suite), folder / "out");
  INFO(result.output);
  CHECK_THAT(result.output, ContainsSubstring("3 cells: 1 ok, 2 failed"));
  CHECK_THAT(result.output, ContainsSubstring("attacked model: unlearn: faulty: the third step"));
}

TEST_CASE("Only the cells that are named are run") {
  const TemporaryFolder folder;
  const auto path = write_suite(folder.path(), tiny_suite());
  const auto result = run(path, folder / "out", {"--only", "label=spy"});
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("tiny: 1 cells: 1 ok"));
  CHECK_THAT(result.output, ContainsSubstring("ran 1 unlearn, 6 predict, 1 score"));
  const auto all = run(path, folder / "out");
  CHECK_THAT(all.output, ContainsSubstring("4 cells: 4 ok"));
  CHECK_THAT(all.output, ContainsSubstring("(2 were there already); ran 2 unlearn, 6 predict, 3"));
}

TEST_CASE("Several devices are as many slots, and give the same bytes") {
  const TemporaryFolder folder;
  const auto path = write_suite(folder.path(), tiny_suite());
  REQUIRE(run(path, folder / "a", {"--jobs", "1"}).status == 0);
  REQUIRE(run(path, folder / "b", {"--jobs", "1", "--device", "cpu,cpu"}).status == 0);
  CHECK(results_in(folder / "a") == results_in(folder / "b"));
  const auto record =
      read_json(Store(folder / "b").record(planned_by_label(folder / "b").at("push").key));
  CHECK(record.at("devices") == json{"cpu", "cpu"});
}
