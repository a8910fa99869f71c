// What is believed of stored results: nothing that contradicts itself, its own files, or what it
// was made of.
#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <variant>

#include "helpers.hpp"
#include "lacuna/random.hpp"
#include "made_results.hpp"
#include "run/results/outcome_file.hpp"
#include "run/results/stored_cell.hpp"
#include "run/status.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using nlohmann::json;
namespace fs = std::filesystem;
using State = StoredJob::State;
using Done = JobState::Done;

namespace {

json suite_with_accuracy() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["metrics"] = {"accuracy", "agreement"};
  return suite;
}

// Sound results of an original and of `push`.
class Folder {
 public:
  Folder() : plan(lacuna::testing::plan_of(write_suite(folder_.path(), suite_with_accuracy()))) {
    make_results(out(), plan);
  }
  fs::path out() const { return folder_ / "out"; }
  Store store() const { return Store(out()); }
  const PlannedCell& push() const { return plan.cells.at(1); }
  std::string predict(const std::string& evaluation = "in_domain") const {
    return push().predict.at(evaluation);
  }
  std::string score(const std::string& metric = "accuracy") const {
    return push().score.at(metric);
  }
  StoredJob read(Step step, const std::string& key) const {
    return StoredJobs(store()).read(step, key);
  }
  template <class Change>
  StoredJob with(Step step, const std::string& key, const Change& change) const {
    const auto path = store().result(step, key);
    const auto whole = read_file(path);
    auto content = json::parse(whole);
    change(content);
    write_json(path, content);
    auto out = read(step, key);
    write_file_atomically(path, whole);
    return out;
  }
  StoredCell cell(const PlannedCell& of) const {
    StoredJobs stored(store());
    return stored_cell(plan, of, stored, /*contributions=*/true);
  }
  json status(std::size_t cell = 1) const {
    return folder_status(out()).at("suites").at(0).at("cells").at(cell);
  }

 private:
  TemporaryFolder folder_;

 public:
  Plan plan;
};

// A score's digest is the hash of all else, so whoever forges it makes it anew.
void sign(json& score) {
  score.erase("digest");
  score["digest"] = sha256(score.dump());
}

bool one_line_of_words(const std::string& text) {
  return text.find('\n') == text.npos && text.find("json.exception") == text.npos &&
         text.find("basic_") == text.npos && text.find("filesystem error") == text.npos;
}

}  // namespace

TEST_CASE("Sound results are believed, and make up their cells") {
  const Folder folder;
  StoredJobs stored(folder.store());
  for (const auto& [key, job] : folder.plan.jobs) {
    if (job.step() == Step::set) {
      CHECK(look_up(job, stored, false).done == Done::absent);
      continue;
    }
    const auto& found = stored.read(job.step(), key);
    INFO(to_string(job.step()) << ": " << found.reason);
    CHECK(found.state == State::sound);
    CHECK(found.reason.empty());
    CHECK(look_up(job, stored, true).done == Done::ok);
  }
  for (const auto& cell : folder.plan.cells) {
    const auto [result, damage] = folder.cell(cell);
    CHECK(damage.empty());
    CHECK(result.status == Status::ok);
    CHECK(result.unchecked.empty());
    CHECK(result.evaluations == std::vector<std::string>{"in_domain", "others", "shop"});
    CHECK(result.roles.at("shop") == Role::out_of_domain);
    CHECK(result.matching.at("shop").contains("unmatched"));
    CHECK(result.predictions.at("others") ==
          "predict/" + cell.predict.at("others") + ".safetensors");
    CHECK(result.model.at("name") == "model");
    REQUIRE(result.values.size() == 2);
    CHECK(result.values[0].metric == "accuracy");
    CHECK(result.values[0].count->n == 24);
    CHECK(result.values[0].per_sample.size() == 24);
    CHECK(result.values[1].name == "agreement");
    CHECK(result.values[1].per_sample.empty());
  }
  const auto push = folder.cell(folder.push()).result;
  CHECK(push.method.at("id") == "push");
  CHECK(push.method.contains("kl"));
  CHECK(push.request.at("concepts") == json{"red", "blue"});
  CHECK(push.training.at("epochs") == 2);
  CHECK(push.kept_epoch == 1);
  CHECK(push.trajectory.at(0).loss == 0.5);
  CHECK(push.fewer_samples.at("red") == 2);
  CHECK(folder.status().at("jobs") ==
        json{{"done", 6}, {"failed", 0}, {"damaged", 0}, {"missing", 0}});
  CHECK(folder.status().at("status") == "ok");
}

TEST_CASE("A result that contradicts itself is damaged, and says by what") {
  const Folder folder;
  const auto damaged = [&](Step step, const std::string& key, const auto& change,
                           const std::string& reason) {
    const auto stored = folder.with(step, key, change);
    CHECK(stored.state == State::damaged);
    CHECK(stored.result.spec.is_null());
    CHECK_THAT(stored.reason,
               ContainsSubstring(folder.store().result(step, key).string() + ": " + reason));
    CHECK(one_line_of_words(stored.reason));
  };
  const auto unlearn = folder.push().key, predict = folder.predict(), score = folder.score();
  damaged(
      Step::unlearn, unlearn, [](json& it) { it["spec"]["training"]["epochs"] = 3; },
      "spec: its hash is ");
  damaged(
      Step::predict, predict, [](json& it) { it["spec"]["split"] = "train"; },
      "spec: its hash is ");
  damaged(
      Step::unlearn, unlearn, [](json& it) { it["key"] = "abc"; }, "key: 'abc' is not the ");
  damaged(
      Step::unlearn, unlearn, [](json& it) { it.erase("weights"); }, "'weights' is missing");
  damaged(
      Step::unlearn, unlearn,
      [](json& it) { it["status"] = "failed", it["reason"] = "r", it["failure"] = "nan"; },
      "weights: stands in a result that is failed");
  damaged(
      Step::unlearn, unlearn, [](json& it) { it["status"] = "fine"; },
      "status: 'fine' is no status (ok, failed, not_applicable)");
  damaged(
      Step::unlearn, unlearn, [](json& it) { it["schema_version"] = 1; },
      "schema_version: is 1 (this program reads 2: run the suite again)");
  damaged(
      Step::unlearn, unlearn, [](json& it) { it["trajectory"]["steps"] = 5; },
      "trajectory.steps: ");
  damaged(
      Step::predict, predict,
      [](json& it) {
        it["flips"] = {{"precision", "bfloat16"}, {"n", 3}, {"fine", 4}};
      },
      "flips: more predictions differ than there are");
  damaged(
      Step::score, score, [](json& it) { it["values"][0]["title"] = "other"; },
      "digest: is not that of the values (they were changed after the run)");
  damaged(
      Step::score, score,
      [](json& it) {
        it["values"][0]["value"] = 0.123;
        sign(it);
      },
      "values[0].value: is 0.123, but its count is [");
  damaged(
      Step::score, score,
      [](json& it) {
        it["values"][0]["count"] = {25, 24};
        sign(it);
      },
      "values[0].count: correct is outside 0..n");
  damaged(
      Step::score, score,
      [](json& it) {
        it["values"][0]["upper"] = 0.0;
        sign(it);
      },
      "values[0].value: is outside its own bounds");
  damaged(
      Step::score, score,
      [](json& it) {
        it["values"][0]["value"] = nullptr;
        sign(it);
      },
      "values[0]: has neither a value nor a reason");
  damaged(
      Step::score, score,
      [&](json& it) {
        it["outcomes"].erase(predict);
        sign(it);
      },
      "outcomes: '" + predict + "' is missing");
}

TEST_CASE("Predictions that were changed are noticed, and so are counts that are not theirs") {
  const Folder folder;
  const auto file = folder.store().outcome(folder.predict());
  const auto whole = read_file(file);
  auto bytes = whole;
  bytes.back() ^= 1;
  write_file_atomically(file, bytes);
  auto stored = folder.read(Step::predict, folder.predict());
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason,
             ContainsSubstring(file.string() + ": its SHA-256 is ") &&
                 ContainsSubstring(", but " +
                                   folder.store().result(Step::predict, folder.predict()).string() +
                                   " says "));
  CHECK(folder.cell(folder.push()).damage.size() == 1);
  CHECK(folder.status().at("status") == "damaged");
  CHECK(folder.status(0).at("status") == "ok");

  // With the hash forged as well, the score tells that it was made of others.
  auto forged = load_outcome(file);
  write_file_atomically(file, whole);
  forged = load_outcome(file);
  forged.outcome.columns["fine/predicted"] = forged.asked.front().target;
  save_outcome(file, forged);
  const auto result = folder.store().result(Step::predict, folder.predict());
  auto content = read_json(result);
  content["outcome"] = sha256_file(file);
  write_json(result, content);
  CHECK(folder.read(Step::predict, folder.predict()).state == State::sound);
  stored = folder.read(Step::score, folder.score());
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason, ContainsSubstring(": was computed from predictions with SHA-256 ") &&
                                ContainsSubstring(", but " + file.string() + " has "));

  // And with that forged, too, counting does.
  stored = folder.with(Step::score, folder.score(), [&](json& it) {
    it["outcomes"][folder.predict()] = sha256_file(file);
    sign(it);
  });
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason, ContainsSubstring(": values.retain_fine: is [") &&
                                ContainsSubstring(", but " + file.string() +
                                                  " gives [24, 24] (run the suite again)"));
}

TEST_CASE("Models that saw other pictures are not compared") {
  const Folder folder;
  const auto original = folder.plan.cells[0].predict.at("in_domain");
  const auto file = folder.store().outcome(original);
  auto fewer = load_outcome(file);
  for (auto& asked : fewer.asked) asked.target = asked.target.slice(0, 0, 30);
  for (auto& [name, column] : fewer.outcome.columns) column = column.slice(0, 0, 30);
  save_outcome(file, fewer);
  const auto hash = sha256_file(file);
  auto content = read_json(folder.store().result(Step::predict, original));
  content["outcome"] = hash;
  write_json(folder.store().result(Step::predict, original), content);
  const auto stored = folder.with(Step::score, folder.score(), [&](json& it) {
    it["outcomes"][original] = hash;
    sign(it);
  });
  CHECK(stored.state == State::damaged);
  CHECK_THAT(stored.reason,
             EndsWith("in_domain: the original model was evaluated on other pictures"));
}

TEST_CASE("A result without its predictions is shown, unchecked, and made anew") {
  const Folder folder;
  fs::remove(folder.store().outcome(folder.predict()));
  const auto [result, damage] = folder.cell(folder.push());
  CHECK(damage.empty());
  CHECK(result.status == Status::ok);
  CHECK(result.unchecked == "predict/" + folder.predict() + ".safetensors is missing");
  CHECK(result.values.at(0).count->n == 24);
  CHECK(folder.status().at("status") == "damaged");
  StoredJobs stored(folder.store());
  const auto found = look_up(folder.plan.jobs.at(folder.predict()), stored, false);
  CHECK(found.done == Done::absent);
  CHECK_THAT(found.reason, EndsWith(folder.predict() + ".safetensors is missing"));
  CHECK(look_up(folder.plan.jobs.at(folder.score()), stored, false).done == Done::absent);
  CHECK(look_up(folder.plan.jobs.at(folder.push().key), stored, false).done == Done::ok);
}

TEST_CASE("What contributions make up is damaged where they are others, unchecked where none") {
  const Folder folder;
  const auto file = folder.store().per_sample(folder.score());
  const auto whole = read_file(file);
  auto bytes = whole;
  bytes.back() ^= 1;
  write_file_atomically(file, bytes);
  CHECK(folder.read(Step::score, folder.score()).state == State::damaged);
  fs::remove(file);
  const auto stored = folder.read(Step::score, folder.score());
  CHECK(stored.state == State::unbacked);
  CHECK(stored.reason == file.string() + " is missing");
}

TEST_CASE("A failure is its cell's, by whose fault it is; a metric's is a value without a number") {
  const Folder folder;
  const auto fail = [&](Step step, const std::string& key, const std::string& kind,
                        const std::string& reason) {
    JobResult result{.step = step, .key = key};
    const auto& job = folder.plan.jobs.at(key);
    result.spec =
        std::visit([](const auto& spec) { return to_json(spec, Fields::identity); }, job.spec);
    result.status = Status::failed;
    result.failure = kind;
    result.reason = reason;
    write_json(folder.store().result(step, key), to_json(result));
  };
  fail(Step::score, folder.score(), "crash", "score: crashed");
  auto cell = folder.cell(folder.push()).result;
  CHECK(cell.status == Status::ok);
  REQUIRE(cell.values.size() == 2);
  CHECK(cell.values[0].name == "accuracy");
  CHECK(cell.values[0].reason == "failed: score: crashed");
  CHECK_FALSE(cell.values[0].value);
  CHECK(cell.values[1].value == 0.5);
  StoredJobs stored(folder.store());
  const auto& job = folder.plan.jobs.at(folder.score());
  CHECK(look_up(job, stored, false).done == Done::failed);
  CHECK(look_up(job, stored, false).reason == "score: crashed");
  CHECK(look_up(job, stored, true).done == Done::absent);  // --retry-failed
  fs::remove(folder.store().result(Step::score, folder.score()));
  cell = folder.cell(folder.push()).result;
  CHECK(cell.status == Status::ok);
  CHECK(cell.values[0].reason == "not computed yet (run the suite)");

  fail(Step::predict, folder.plan.cells[0].predict.at("others"), "nan", "predict: not finite");
  cell = folder.cell(folder.push()).result;
  CHECK(cell.status == Status::failed);
  CHECK(cell.failure == "nan");
  CHECK(cell.reason == "original model: predict: not finite");
  CHECK(folder.cell(folder.plan.cells[0]).result.reason == "predict: not finite");
  fail(Step::predict, folder.predict("others"), "data", "predict: no such file");
  CHECK(folder.cell(folder.push()).result.reason == "predict: no such file");
  fail(Step::unlearn, folder.push().key, "timeout", "unlearn: still running");
  cell = folder.cell(folder.push()).result;
  CHECK(cell.status == Status::failed);
  CHECK(cell.failure == "timeout");
  CHECK(cell.reason == "unlearn: still running");
  CHECK(cell.method.at("id") == "push");
  CHECK(folder.status().at("jobs").at("failed") == 2);
}

TEST_CASE("A cell is missing as long as any of its predictions is") {
  const Folder folder;
  const auto missing = [&](Step step, const std::string& key) {
    const auto path = folder.store().result(step, key);
    const auto whole = read_file(path);
    fs::remove(path);
    const auto cell = folder.cell(folder.push()).result;
    CHECK(cell.status == Status::missing);
    CHECK(cell.key == folder.push().key);
    CHECK(cell.values.empty());
    CHECK(cell.method.is_null());
    CHECK(folder.status().at("status") == "missing");
    write_file_atomically(path, whole);
  };
  missing(Step::unlearn, folder.push().key);
  missing(Step::predict, folder.predict("shop"));
  missing(Step::predict, folder.plan.cells[0].predict.at("shop"));
}

TEST_CASE("What is known before anything runs stands in the plan") {
  const TemporaryFolder folder;
  auto suite = suite_with_accuracy();
  suite["evaluations"][1]["dataset"]["params"] = {{"needs", "letters.bin"}};
  const auto plan = lacuna::testing::plan_of(write_suite(folder.path(), suite));
  make_results(folder / "out", plan);
  const auto status = folder_status(folder / "out").at("suites").at(0);
  CHECK(status.at("totals").at("failed") == 2);
  for (const auto& cell : status.at("cells")) {
    CHECK(cell.at("failure") == "data");
    CHECK_THAT(cell.at("reason").get<std::string>(), ContainsSubstring("letters.bin"));
  }
}

TEST_CASE("Files that are none are damaged, not fatal") {
  const Folder folder;
  const auto path = folder.store().result(Step::unlearn, folder.push().key);
  const auto is_damaged = [&](const std::string& reason) {
    const auto stored = folder.read(Step::unlearn, folder.push().key);
    CHECK(stored.state == State::damaged);
    CHECK_THAT(stored.reason, ContainsSubstring(reason));
    StoredJobs jobs(folder.store());
    CHECK(look_up(folder.plan.jobs.at(folder.push().key), jobs, false).done == Done::damaged);
  };
  fs::remove(path);
  fs::create_symlink(path, path);
  is_damaged("cannot be read: Too many levels of symbolic links");
  fs::remove(path);
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  is_damaged("is a pipe (expected a result)");
  fs::remove(path);
  write_file_atomically(path, "{\"key\": ");
  is_damaged(": line ");
}

// Every value of a result, one after another, as every other type.
TEST_CASE("A wrong type anywhere in a result is told in one line") {
  const Folder folder;
  std::size_t refused = 0, kept = 0;
  for (const auto step : {Step::unlearn, Step::predict, Step::score}) {
    const auto key = step == Step::unlearn   ? folder.push().key
                     : step == Step::predict ? folder.predict()
                                             : folder.score();
    const auto whole = read_json(folder.store().result(step, key));
    const auto flat = whole.flatten();
    for (const auto& [path, leaf] : flat.items()) {
      const auto& value = whole.at(json::json_pointer(path));
      for (const auto& other :
           {json("text"), json(true), json(-3), json::array({1}), json{{"a", "b"}}}) {
        if (other.type() == value.type() || (other.is_number() && value.is_number())) continue;
        if (value.is_null() && other.is_number()) continue;
        const auto stored = folder.with(step, key, [&](json& it) {
          it[json::json_pointer(path)] = other;
          if (step == Step::score && !path.starts_with("/digest")) sign(it);
        });
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
  }
  CHECK(refused > 300);
  CHECK(kept < refused / 4);
}

TEST_CASE("Digits changed at random never pass as another number", "[property]") {
  const Folder folder;
  SplitMix random(derive_seed(11, "digits"));
  const auto path = folder.store().result(Step::score, folder.score());
  const auto text = read_file(path);
  const auto last = static_cast<std::int64_t>(text.size()) - 1;
  for (int i = 0; i < 300; ++i) {
    auto changed = text;
    const auto at = static_cast<std::size_t>(random.between(0, last));
    if (changed[at] < '0' || changed[at] > '9') continue;
    changed[at] = static_cast<char>('0' + (changed[at] - '0' + random.between(1, 9)) % 10);
    write_file_atomically(path, changed);
    const auto stored = folder.read(Step::score, folder.score());
    INFO(changed.substr(at > 30 ? at - 30 : 0, 60));
    CHECK(stored.state == State::damaged);
    CHECK(one_line_of_words(stored.reason));
  }
}

TEST_CASE("A plan that is none is one line with its place") {
  const Folder folder;
  const auto path = folder.store().plan("tiny");
  const auto whole = read_json(path);
  const auto refused = [&](const auto& change, const std::string& reason) {
    auto content = whole;
    change(content);
    write_json(path, content);
    CHECK_THROWS_WITH(read_published_plan(path), path.string() + ": " + reason);
    CHECK_THROWS_WITH(folder_status(folder.out()), path.string() + ": " + reason);
  };
  const std::string no_key = "is no key (letters, digits, '-' and '_')";
  refused([](json& it) { it["cells"][0]["key"] = "../../secret"; }, "cells[0].key: " + no_key);
  refused([](json& it) { it["cells"][0]["predict"]["shop"] = "a/b"; },
          "cells[0].predict.shop: " + no_key);
  refused([](json& it) { it["cells"][0]["attacked"] = "."; }, "cells[0].attacked: " + no_key);
  refused([](json& it) { it["cells"][0]["seed"] = -1; }, "cells[0].seed: is negative");
  refused([](json& it) { it["schema_version"] = 1; },
          "schema_version: is 1 (this program reads 2: run the suite again)");
  refused([](json& it) { it["originals"][0]["original"] = "abc"; },
          "originals[0].original: stands in an original");
  refused([](json& it) { it["cells"][0]["status"] = "fine"; },
          "cells[0].status: 'fine' is known before nothing (failed, not_applicable)");
}
