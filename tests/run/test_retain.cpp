// Retain samples: no method gets any unless the request grants them, and what it grants is
// recorded.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json suite_with(const json& request, const json& methods, bool flat = false) {
  auto suite = tiny_suite();
  suite["requests"][0].update(request);
  if (flat) {
    for (auto* of : {&suite["requests"], &suite["evaluations"]})
      for (auto& one : *of) one["dataset"] = {{"id", "tiny"}, {"params", {{"flat", true}}}};
    suite["evaluations"] = json{suite["evaluations"][0]};
  }
  suite["methods"] = methods;
  return suite;
}

struct Ran {
  Command command;
  std::map<std::string, CellResult> cells;
  std::map<std::string, PlannedCell> planned;
};

Ran run(const std::filesystem::path& folder, const json& suite) {
  const auto path = write_suite(folder, suite);
  const auto out = (folder / "out").string();
  auto command = lacuna::testing::lacuna({"run", path.string(), "--out", out});
  if (command.status > 1) return {command, {}, {}};
  return {command, cells_by_label(folder / "out"), planned_by_label(folder / "out")};
}

const json kGrant{{"retain", {{"samples_per_concept", 2}}}};

}  // namespace

TEST_CASE("A method that needs retain samples runs where the request grants them, only there") {
  const json methods{{{"id", "needs_retain"}}, {{"id", "scrub"}}, {{"id", "ssd"}}};
  const TemporaryFolder without, with;
  const auto refused = run(without.path(), suite_with(json::object(), methods));
  for (const auto* label : {"needs_retain", "scrub", "ssd"}) {
    INFO(label);
    CHECK(refused.cells.at(label).status == Status::not_applicable);
    CHECK(refused.cells.at(label).reason ==
          "the method needs samples of retained concepts, which this request does not grant");
  }
  const auto granted = run(with.path(), suite_with(kGrant, methods));
  INFO(granted.command.output);
  CHECK(granted.command.status == 0);
  for (const auto* label : {"needs_retain", "scrub", "ssd"}) {
    INFO(label);
    const auto& cell = granted.cells.at(label);
    CHECK(cell.status == Status::ok);
    CHECK(cell.request.at("retain") == json{{"split", "train"}, {"samples_per_concept", 2}});
  }
  // What is granted cannot move the original's numbers.
  CHECK(granted.planned.at("original").predict == refused.planned.at("original").predict);
  CHECK(granted.planned.at("original").key == refused.planned.at("original").key);
}

TEST_CASE("Something to keep: coarse names, or else retain samples") {
  const json methods{{{"id", "needs_keep"}}, {{"id", "gdiff"}}};
  const TemporaryFolder without, with;
  const auto refused = run(without.path(), suite_with(json::object(), methods, true));
  INFO(refused.command.output);
  for (const auto* label : {"needs_keep", "gdiff"})
    CHECK_THAT(refused.cells.at(label).reason,
               ContainsSubstring("something to keep: coarse class names, which the request's "
                                 "dataset does not have, or samples of retained concepts"));
  const auto granted = run(with.path(), suite_with(kGrant, methods, true));
  INFO(granted.command.output);
  for (const auto* label : {"needs_keep", "gdiff"})
    CHECK(granted.cells.at(label).status == Status::ok);
}

TEST_CASE("A grant that cannot be is refused in one line") {
  const auto says = [](const json& retain, const json& more = json::object()) {
    const TemporaryFolder folder;
    auto request = more;
    request["retain"] = retain;
    return run(folder.path(), suite_with(request, {{{"id", "push"}}})).command.output;
  };
  CHECK_THAT(says(json::object()),
             ContainsSubstring("requests[0].retain: 'samples_per_concept' is missing"));
  CHECK_THAT(says({{"samples_per_concept", 0}}),
             ContainsSubstring("requests[0].retain.samples_per_concept: "));
  CHECK_THAT(says({{"samples_per_concept", 1}, {"split", "trian"}}),
             ContainsSubstring("requests[0].retain.split: "));
  CHECK_THAT(says({{"samples", 1}}), ContainsSubstring("'samples': unknown key"));
}
