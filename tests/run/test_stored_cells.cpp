// Forged and damaged results: what run, plan, status and report make of them, and that a run
// always puts them right.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "lacuna/random.hpp"
#include "run/predictions.hpp"
#include "run/stored_cells.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using nlohmann::json;
namespace fs = std::filesystem;
using State = StoredCell::State;

namespace {

// The shipped metrics beside the fixture's, so that values are there which counts can contradict.
json suite_with_metrics() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["metrics"] = {"accuracy", "forgetting_quality", "utility",
                      "q_u",      "zero_shot",          "out_of_domain"};
  return suite;
}

// A folder of two sound results, the original's and one of `push`, made once.
struct Made {
  const TemporaryFolder folder;
  std::map<std::string, std::string> files;
  std::string original, push;

  Made() {
    const auto suite = write_suite(folder.path(), suite_with_metrics());
    const auto done =
        lacuna::testing::lacuna({"run", suite.string(), "--out", (folder / "out").string()});
    INFO(done.output);
    REQUIRE(done.status == 0);
    const auto cells = cells_by_label(folder / "out");
    original = cells.at("original").at("key");
    push = cells.at("push").at("key");
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
  fs::path suite() const { return folder_ / "suite.json"; }
  fs::path out() const { return folder_ / "out"; }
  fs::path cell(const std::string& key = made().push) const {
    return out() / "cells" / (key + ".json");
  }
  fs::path predictions(const std::string& key = made().push) const {
    return out() / "predictions" / (key + ".safetensors");
  }
  StoredCell read(const std::string& key = made().push) const {
    return StoredCells(Store(out())).read(key, key == made().push ? made().original : "");
  }
  template <class Change>
  StoredCell with(const Change& change, const std::string& key = made().push) const {
    auto content = json::parse(made().files.at("cells/" + key + ".json"));
    change(content);
    write_json(cell(key), content);
    return read(key);
  }
  Command command(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{name};
    if (name == "run" || name == "plan") {
      arguments.insert(arguments.end(), {suite().string(), "--out"});
    }
    arguments.push_back(out().string());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lacuna::testing::lacuna(arguments);
  }
  bool is_whole() const { return results_in(out()) == made().files; }

 private:
  TemporaryFolder folder_;
};

bool one_line_of_words(const std::string& text) {
  return text.find('\n') == text.npos && text.find("json.exception") == text.npos &&
         text.find("basic_") == text.npos && text.find("filesystem error") == text.npos;
}

}  // namespace

TEST_CASE("What a run left is sound") {
  const Copy copy;
  for (const auto& key : {made().push, made().original}) {
    const auto stored = copy.read(key);
    INFO(stored.reason);
    CHECK(stored.state == State::sound);
    CHECK(stored.reason.empty());
    CHECK(stored.result.unchecked.empty());
    CHECK(stored.content == json::parse(made().files.at("cells/" + key + ".json")));
  }
  CHECK(copy.read("0123").state == State::absent);
}

TEST_CASE("A result that contradicts itself or its predictions is damaged, and says by what") {
  const Copy copy;
  const auto cell = copy.cell().string(), predictions = copy.predictions().string();
  const auto damaged = [&](const auto& change, const std::string& reason) {
    const auto stored = copy.with(change);
    CHECK(stored.state == State::damaged);
    CHECK(stored.content.is_null());
    CHECK_THAT(stored.reason, ContainsSubstring(reason));
    CHECK(one_line_of_words(stored.reason));
  };
  const auto counts = json::parse(made().files.at("cells/" + made().push + ".json"))["counts"];
  const auto right = counts["others"]["all"]["fine"][0].get<int>();
  const auto forged = right == 0 ? 32 : 0;
  damaged([&](json& it) { it["counts"]["others"]["all"]["fine"][0] = forged; },
          fmt::format("{}: counts.others.all.fine: is [{}, 32], but {} gives [{}, 32] (run the "
                      "suite again)",
                      cell, forged, predictions, right));
  damaged(
      [&](json& it) {
        it["counts"]["others"]["all"]["fine"] = {0, 3};
      },
      cell + ": counts.others.all.fine: is [0, 3], but " + predictions + " gives ");
  damaged([&](json& it) { it["counts"]["in_domain"]["forget"]["fine"][1] = 9; },
          cell + ": counts.in_domain.all.fine: is [");
  damaged([&](json& it) { it["counts"].erase("shop"); },
          cell + ": counts: the evaluation 'shop' is missing");
  damaged([&](json& it) { it["cell"]["training"]["epochs"] = 3; }, cell + ": cell: its hash is ");
  damaged([&](json& it) { it["predictions"]["file"] = "predictions/other.safetensors"; },
          "predictions.file: 'predictions/other.safetensors' is not this cell's (predictions/" +
              made().push);
  damaged([&](json& it) { it["status"] = "failed", it["reason"] = "r", it["failure"] = "nan"; },
          cell + ": counts: stands in a cell that is failed");
  damaged([&](json& it) { it["schema_version"] = 1.0; },
          cell + ": schema_version: is no whole number");
  damaged(
      [&](json& it) {
        it["counts"]["others"]["all"]["fine"] = {33, 32};
      },
      cell + ": counts.others.all.fine: correct is outside 0..n");
  damaged(
      [&](json& it) {
        it["flips"]["in_domain"] = {{"precision", "b"}, {"n", 3}, {"fine", 4}};
      },
      cell + ": flips.in_domain: more predictions differ than there are");
}

TEST_CASE("A flipped byte of predictions is noticed, also where the cell was told of it") {
  const Copy copy;
  auto bytes = read_file(copy.predictions());
  bytes.back() ^= 1;
  write_file_atomically(copy.predictions(), bytes);
  auto stored = copy.read();
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason, ContainsSubstring(copy.predictions().string() + ": its SHA-256 is ") &&
                                ContainsSubstring(", but " + copy.cell().string() + " says "));
  // With the hash forged as well, the counts tell.
  write_file_atomically(copy.predictions(),
                        made().files.at("predictions/" + made().push + ".safetensors"));
  auto evaluations = load_predictions(copy.predictions());
  auto& predictions = evaluations.front().predictions;
  predictions.fine_predicted = predictions.fine_target;
  save_predictions(copy.predictions(), evaluations);
  stored =
      copy.with([&](json& it) { it["predictions"]["sha256"] = sha256_file(copy.predictions()); });
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason, ContainsSubstring(copy.predictions().string() + " gives [32, 32]"));
}

TEST_CASE("A result without its predictions is used, but nothing backs it") {
  const Copy copy;
  fs::remove(copy.predictions());
  const auto stored = copy.read();
  CHECK(stored.state == State::unbacked);
  CHECK(stored.result.unchecked == "predictions/" + made().push + ".safetensors is missing");
  const auto report = copy.command("report");
  CHECK(report.status == 0);
  CHECK_THAT(report.output,
             ContainsSubstring("  counts not checked: 1 of 2 results, whose predictions are not "
                               "there\n"));
  CHECK_THAT(copy.command("status").output,
             ContainsSubstring(", 1 damaged (run the suite again)\n"));
  CHECK(copy.command("run").status == 0);
  CHECK(copy.is_whole());

  // Metrics that are wrong as well cannot be computed from what is not there.
  copy.with([](json& it) { it["metrics"][0]["value"] = 0.123; });
  fs::remove(copy.predictions());
  CHECK(copy.read().state == State::misscored);
  CHECK(copy.command("run").status == 0);
  CHECK(copy.is_whole());
}

TEST_CASE("Stored metrics that the counts contradict are computed anew") {
  const Copy copy;
  const auto& text = made().files.at("cells/" + made().push + ".json");
  const auto rows = json::parse(text)["metrics"];
  std::size_t judged = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    INFO(rows[i].dump());
    const auto stored = copy.with([&](json& it) {
      auto& row = it["metrics"][i];
      row["lower"] = row["upper"] = nullptr;
      if (row["value"].is_null()) {
        row["value"] = 0.25;
      } else {
        row["value"] = row["value"].get<double>() + 1e-3;
      }
    });
    CHECK(stored.state == State::misscored);
    CHECK(stored.false_metrics == std::set{rows[i]["metric"].get<std::string>()});
    CHECK_THAT(stored.reason, ContainsSubstring(fmt::format("metrics.{}: '{}' is ", i,
                                                            rows[i]["name"].get<std::string>())) &&
                                  EndsWith(" (run the suite again)"));
    ++judged;
  }
  CHECK(judged == rows.size());
  CHECK(judged > 12);

  CHECK(copy.command("report").status == 2);
  CHECK_THAT(copy.command("plan").output, ContainsSubstring("1 metrics to compute, 1 there\n"));
  const auto again = copy.command("run");
  CHECK_THAT(again.output, ContainsSubstring("(2 were there already, 1 of them scored again: "
                                             "metric out_of_domain)"));
  CHECK(copy.is_whole());
}

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
    CHECK_THAT(plan.output,
               ContainsSubstring("tiny: 2 cells, 1 there, 1 to run") && ContainsSubstring(reason));
    const auto run = copy.command("run");
    CHECK(run.status == 0);
    CHECK_THAT(run.output, ContainsSubstring("push: is made anew: ") && ContainsSubstring(reason) &&
                               ContainsSubstring("(1 were there already)"));
    CHECK(copy.is_whole());
    CHECK(copy.command("report").status == 0);
  };
  SECTION("a count") {
    copy.with([](json& it) { it["counts"]["others"]["all"]["fine"] = {31, 31}; });
    is_damaged("counts.others.all.fine: is [31, 31], but ");
  }
  SECTION("the version as another type") {
    copy.with([](json& it) { it["schema_version"] = 1.0; });
    is_damaged("schema_version: is no whole number");
  }
  SECTION("what was asked") {
    copy.with([](json& it) { it["cell"]["seed"] = 2; });
    is_damaged("cell: its hash is ");
  }
  SECTION("a byte of the predictions") {
    auto bytes = read_file(copy.predictions());
    bytes[bytes.size() / 2] ^= 4;
    write_file_atomically(copy.predictions(), bytes);
    is_damaged("its SHA-256 is ");
  }
  SECTION("a loop of links") {
    fs::remove(copy.cell());
    fs::create_symlink(copy.cell(), copy.cell());
    is_damaged("cannot be read: Too many levels of symbolic links");
  }
  SECTION("a pipe") {
    fs::remove(copy.cell());
    REQUIRE(mkfifo(copy.cell().c_str(), 0600) == 0);
    is_damaged("is a pipe (expected a result)");
  }
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
  const auto with = [&](const auto& change) {
    auto content = json::parse(made().files.at("plans/tiny.json"));
    change(content);
    write_json(plan, content);
  };
  with([](json& it) { it["cells"][0]["key"] = "../../secret"; });
  refused("cells.0.key: is no key (letters, digits, '-' and '_')");
  with([](json& it) { it["cells"][0]["key"] = 7; });
  refused("cells.0.key: is no string");
  with([](json& it) { it["originals"] = "none"; });
  refused("originals: is no array");
  fs::remove(plan);
  fs::create_symlink(plan, plan);
  refused("cannot be read: Too many levels of symbolic links");
  fs::remove(plan);
  REQUIRE(mkfifo(plan.c_str(), 0600) == 0);
  refused("is a pipe (expected a plan)");
  CHECK(copy.command("run").status == 0);
  CHECK(copy.is_whole());
}

// Every value of a result, one after another, as every other type.
TEST_CASE("A wrong type anywhere in a result is told in one line") {
  const Copy copy;
  const auto whole = json::parse(made().files.at("cells/" + made().push + ".json"));
  std::size_t refused = 0, kept = 0;
  const auto flat = whole.flatten();
  for (const auto& [path, leaf] : flat.items()) {
    const auto& value = whole.at(json::json_pointer(path));  // flat makes null of an empty object
    for (const auto& other :
         {json("text"), json(true), json(-3), json::array({1}), json{{"a", "b"}}}) {
      if (other.type() == value.type() || (other.is_number() && value.is_number())) continue;
      if (value.is_null() && other.is_number()) continue;
      const auto stored = copy.with([&](json& it) { it[json::json_pointer(path)] = other; });
      INFO(path << " as " << other.dump() << ": " << stored.reason);
      CHECK(one_line_of_words(stored.reason));
      if (stored.state == State::sound) {
        ++kept;
        // What a method or a loop wrote down for people.
        CHECK((path.starts_with("/trajectory/log") || path.starts_with("/trajectory/epochs")));
      } else {
        ++refused;
      }
    }
  }
  CHECK(refused > 300);
  CHECK(kept < refused / 4);
}

TEST_CASE("Bytes flipped at random never pass as another number", "[property]") {
  const Copy copy;
  SplitMix random(derive_seed(11, "flips"));
  const auto& text = made().files.at("cells/" + made().push + ".json");
  const auto from = static_cast<std::int64_t>(text.find("\"counts\"")),
             to = static_cast<std::int64_t>(text.find("\"key\""));
  for (int i = 0; i < 200; ++i) {
    auto changed = text;
    // In the counts every other digit: nothing else could tell.
    const auto at = static_cast<std::size_t>(random.between(from, to));
    if (changed[at] < '0' || changed[at] > '9') continue;
    changed[at] = static_cast<char>('0' + (changed[at] - '0' + random.between(1, 9)) % 10);
    write_file_atomically(copy.cell(), changed);
    const auto stored = copy.read();
    INFO(stored.reason);
    CHECK(stored.state == State::damaged);
    CHECK(one_line_of_words(stored.reason));
  }
}

TEST_CASE("The metrics of another suite in the same folder stay where they are") {
  const Copy copy;
  auto other = suite_with_metrics();
  other["name"] = "other";
  other["metrics"] = {"agreement", "q_u"};
  const auto suite = write_suite(copy.suite().parent_path(), other);
  const auto first = copy.command("run");
  INFO(first.output);
  CHECK_THAT(first.output,
             ContainsSubstring("(2 were there already, 2 of them scored again: metric "
                               "agreement)"));
  const auto before = json::parse(made().files.at("cells/" + made().push + ".json"));
  const auto after = read_json(copy.cell());
  for (const auto& row : before["metrics"])
    CHECK(std::count(after["metrics"].begin(), after["metrics"].end(), row) == 1);
  CHECK(after["metrics"].size() == before["metrics"].size() + 2);
  CHECK(after["metric_plugins"].size() == 7);
  // Neither suite has anything left to compute.
  CHECK_THAT(copy.command("run").output, ContainsSubstring("(2 were there already)"));
  write_suite(copy.suite().parent_path(), suite_with_metrics());
  CHECK_THAT(copy.command("run").output, ContainsSubstring("(2 were there already)"));
  CHECK(read_json(copy.cell()) == after);
  CHECK(copy.command("report").status == 0);
}
