// Forged and damaged results: what run, plan, status and report make of them, and that a run always
// puts them right.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "run/results/store.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json suite_with_metrics() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["metrics"] = {"accuracy", "forgetting_quality", "utility",
                      "q_u",      "zero_shot",          "out_of_domain"};
  return suite;
}

// A folder of two sound cells, the original's and one of `push`, made once.
struct Made {
  const TemporaryFolder folder;
  std::map<std::string, std::string> files;
  PlannedCell original, push;

  Made() {
    const auto suite = write_suite(folder.path(), suite_with_metrics());
    const auto done =
        lacuna::testing::lacuna({"run", suite.string(), "--out", (folder / "out").string()});
    INFO(done.output);
    REQUIRE(done.status == 0);
    const auto cells = planned_by_label(folder / "out");
    original = cells.at("original");
    push = cells.at("push");
    files = results_in(folder / "out");
  }
};

const Made& made() {
  static const auto& once = *new Made;
  return once;
}

// A copy of it to be damaged.
class Copy {
 public:
  Copy() {
    write_suite(folder_.path(), suite_with_metrics());
    for (const auto& [name, bytes] : made().files) write_file_atomically(out() / name, bytes);
  }
  fs::path out() const { return folder_ / "out"; }
  fs::path unlearn() const { return Store(out()).result(Step::unlearn, made().push.key); }
  fs::path outcome() const { return Store(out()).outcome(made().push.predict.at("others")); }
  fs::path score() const {
    return Store(out()).result(Step::score, made().push.score.at("accuracy"));
  }
  template <class Change>
  void change(const fs::path& path, const Change& change) const {
    auto content = read_json(path);
    change(content);
    write_json(path, content);
  }
  Command command(const std::string& name) const {
    std::vector<std::string> arguments{name};
    if (name == "run" || name == "plan")
      arguments.insert(arguments.end(), {(folder_ / "suite.json").string(), "--out"});
    arguments.push_back(out().string());
    return lacuna::testing::lacuna(arguments);
  }
  bool is_whole() const { return results_in(out()) == made().files; }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("Each command says what is damaged, and a run puts it right") {
  const Copy copy;
  const auto is_damaged = [&](const std::string& reason) {
    const auto report = copy.command("report");
    CHECK(report.status == 2);
    CHECK_THAT(report.output, ContainsSubstring("error: ") && ContainsSubstring(reason));
    CHECK(std::count(report.output.begin(), report.output.end(), '\n') == 1);
    const auto status = copy.command("status");
    CHECK(status.status == 0);
    CHECK_THAT(status.output, ContainsSubstring(", 1 damaged (run the suite again)\n") &&
                                  ContainsSubstring("  damaged model / difficult / push: ") &&
                                  ContainsSubstring(reason));
    const auto plan = copy.command("plan");
    CHECK(plan.status == 0);
    CHECK_THAT(plan.output, ContainsSubstring("tiny: 2 cells, 1 in part, 1 there; jobs: ") &&
                                ContainsSubstring(reason));
    const auto run = copy.command("run");
    INFO(run.output);
    CHECK(run.status == 0);
    CHECK_THAT(run.output, ContainsSubstring(reason));
    CHECK(copy.is_whole());
    CHECK(copy.command("report").status == 0);
  };
  SECTION("a value") {
    copy.change(copy.score(), [](json& it) { it["values"][0]["value"] = 0.123; });
    is_damaged("digest: is not that of the values");
  }
  SECTION("the version as another type") {
    copy.change(copy.unlearn(), [](json& it) { it["schema_version"] = "2"; });
    is_damaged("schema_version: ");
  }
  SECTION("what was asked") {
    copy.change(copy.unlearn(), [](json& it) { it["spec"]["seed"] = 2; });
    is_damaged("spec: its hash is ");
  }
  SECTION("a byte of the predictions") {
    auto bytes = read_file(copy.outcome());
    bytes[bytes.size() / 2] ^= 4;
    write_file_atomically(copy.outcome(), bytes);
    is_damaged("its SHA-256 is ");
  }
  SECTION("a loop of links") {
    fs::remove(copy.unlearn());
    fs::create_symlink(copy.unlearn(), copy.unlearn());
    is_damaged("cannot be read: Too many levels of symbolic links");
  }
  SECTION("a pipe") {
    fs::remove(copy.score());
    REQUIRE(mkfifo(copy.score().c_str(), 0600) == 0);
    is_damaged("is a pipe (expected a result)");
  }
}

TEST_CASE("Predictions that are gone are said, and a run makes them anew") {
  const Copy copy;
  fs::remove(copy.outcome());
  const auto report = copy.command("report");
  INFO(report.output);
  CHECK(report.status == 0);
  CHECK_THAT(report.output, ContainsSubstring("not checked: 1 of 2 results"));
  CHECK_THAT(copy.command("status").output,
             ContainsSubstring(", 1 damaged (run the suite again)\n"));
  CHECK(copy.command("run").status == 0);
  CHECK(copy.is_whole());
}

TEST_CASE("A plan that is none is one line for status and report, and run replaces it") {
  const Copy copy;
  const auto plan = copy.out() / "plans/tiny.json";
  const auto refused = [&](const std::string& reason) {
    for (const auto* command : {"status", "report"}) {
      const auto said = copy.command(command);
      INFO(command);
      CHECK(said.status == 2);
      CHECK(said.output == "error: " + plan.string() + ": " + reason + "\n");
    }
  };
  copy.change(plan, [](json& it) { it["cells"][0]["key"] = "../../secret"; });
  refused("cells[0].key: is no key (letters, digits, '-' and '_')");
  fs::remove(plan);
  fs::create_symlink(plan, plan);
  refused("cannot be read: Too many levels of symbolic links");
  fs::remove(plan);
  REQUIRE(mkfifo(plan.c_str(), 0600) == 0);
  refused("is a pipe (expected a plan)");
  CHECK(copy.command("run").status == 0);
  CHECK(copy.is_whole());
}

TEST_CASE("Two suites in one folder share what is the same, and keep each its own") {
  const Copy copy;
  auto other = suite_with_metrics();
  other["name"] = "other";
  other["metrics"] = {"agreement", "q_u"};
  write_suite(copy.out().parent_path(), other);
  const auto run = copy.command("run");
  INFO(run.output);
  CHECK(run.status == 0);
  auto files = results_in(copy.out());
  for (const auto& [name, bytes] : made().files) CHECK(files.at(name) == bytes);
  std::map<std::string, int> added;
  for (const auto& [name, bytes] : files)
    if (!made().files.contains(name)) ++added[name.substr(0, name.find('/'))];
  // One metric more for two cells, a result and its contributions each, with its plan.
  CHECK(added == std::map<std::string, int>{{"plans", 1}, {"score", 4}});
  CHECK(copy.command("report").status == 0);
}
