#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <fstream>

#include "helpers.hpp"
#include "model/weights/safetensors.hpp"
#include "run_suite.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// The suite with one method, and `key` set for the data set of its second evaluation.
json told(const std::string& key, const json& value) {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "spy"}}};
  suite["evaluations"][1]["dataset"]["params"][key] = value;
  return suite;
}

}  // namespace

TEST_CASE("A suite is run, and not again") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), tiny_suite());
  const auto out = folder / "out";
  const auto first = run(suite, out);
  INFO(first.output);
  REQUIRE(first.status == 0);
  CHECK_THAT(first.output,
             ContainsSubstring("tiny: 4 cells: 4 ok, 0 failed, 0 not applicable (0 were there "
                               "already); ran 3 unlearn, 12 predict, 4 score in "));
  CHECK_THAT(first.output, ContainsSubstring("[4/4] "));
  CHECK_THAT(first.output, !ContainsSubstring("\x1b["));
  // A set, the original, an unlearning and a prediction each, and few for the metrics: not one a
  // job.
  CHECK(processes_of(first) <= 12);

  const Store store(out);
  const auto cells = cells_by_label(out);
  REQUIRE(cells.size() == 4);
  for (const auto& [label, cell] : cells) {
    INFO(label);
    CHECK(cell.status == Status::ok);
    CHECK(cell.unchecked.empty());
    CHECK(cell.predictions.size() == 3);
    CHECK(cell.matching.at("shop").at("unmatched") == json{"blue"});
    CHECK(cell.kept_epoch.has_value() == label.starts_with("push"));
    if (label == "original") continue;
    const auto record = read_json(store.record(cell.key));
    CHECK(record.at("step") == "unlearn");
    CHECK(record.at("threads") == 1);
    CHECK(record.at("cost").at("seconds") > 0.0);
    CHECK(record.at("cost").at("peak_bytes") > 1'000'000);
    CHECK(sha256_file(store.weights(cell.key)) ==
          read_json(store.result(Step::unlearn, cell.key)).at("weights"));
  }
  for (const auto& [label, cell] : planned_by_label(out)) {
    for (const auto& [evaluation, key] : cell.predict) {
      CHECK(read_json(store.record(key)).at("step") == "predict");
      CHECK(read_json(store.result(Step::predict, key)).at("outcome") ==
            sha256_file(store.outcome(key)));
    }
  }
  CHECK(value_of(cells.at("original"), "agreement").value == 1.0);
  CHECK(cells.at("push").trajectory.size() == 4);  // 6 pictures, batches of 4, 2 epochs
  CHECK(fs::is_empty(out / "work" / "jobs"));

  const auto before = times_in(out);
  const auto second = run(suite, out);
  CHECK(second.status == 0);
  CHECK_THAT(second.output,
             ContainsSubstring("4 ok, 0 failed, 0 not applicable (4 were there already); 0:"));
  for (const auto* folder_of : {"unlearn", "predict", "score", "records", "weights"})
    CHECK(times_in(out / folder_of) == under(before, out / folder_of));
}

TEST_CASE("The same suite gives the same bytes elsewhere, whatever the number of jobs") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), tiny_suite());
  REQUIRE(run(suite, folder / "a", {"--jobs", "1"}).status == 0);
  REQUIRE(run(suite, folder / "b", {"--jobs", "4"}).status == 0);
  CHECK(results_in(folder / "a") == results_in(folder / "b"));
}

TEST_CASE("An evaluation may have a precision of its own, in the key, and its flips are counted") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["evaluations"][0]["precision"] = "bfloat16";
  const auto id = suite["evaluations"][0]["id"].get<std::string>();
  const auto out = folder / "out";
  REQUIRE(run(write_suite(folder.path(), suite), out).status == 0);
  for (const auto& [label, cell] : planned_by_label(out)) {
    INFO(label);
    for (const auto& [evaluation, key] : cell.predict) {
      const auto result = read_json(Store(out).result(Step::predict, key));
      CHECK(result.at("spec").at("precision") == (evaluation == id ? "bfloat16" : "float32"));
      CHECK(result.contains("flips") == (evaluation == id));
      if (evaluation != id) continue;
      const auto& flips = result.at("flips");
      CHECK(flips.at("precision") == "bfloat16");
      CHECK(flips.at("n") == 32);
      CHECK(flips.at("fine") <= flips.at("n"));
      CHECK(flips.contains("coarse"));
    }
  }
  CHECK(cells_by_label(out).at("push").flips.at(id).n == 32);
}

TEST_CASE("Neither process sees what is not its own") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "spy"}}, {{"id", "push"}}};
  const auto out = folder / "out";
  const auto result =
      run(write_suite(folder.path(), suite), out, {"--data", folder.path().string()});
  INFO(result.output);
  REQUIRE(result.status == 0);
  auto cells = cells_by_label(out);
  const auto seen = unlearned(out, "spy").at("trajectory").at("log");
  const auto last = [&](const char* name) {
    return seen.at(name).is_array() ? seen.at(name).back() : seen.at(name);
  };
  CHECK(last("method_plugins") == 1.0);  // its own
  CHECK(last("other_plugins") == 0.0);   // no dataset, no metric
  CHECK(last("data_folders") == 0.0);
  CHECK(last("samples") == 6.0);
  for (const auto& [label, cell] : cells) {
    INFO(label);
    CHECK(value_of(cell, "agreement/method_plugins").value == 0.0);
  }
}

TEST_CASE("Whatever a method does, its cell has a row with the reason and the others go on") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {faulty("throw"),  faulty("abort"),         faulty("segfault"),
                      faulty("exit"),   faulty("nan"),           faulty("memory"),
                      {{"id", "push"}}, {{"id", "needs_retain"}}};
  const auto out = folder / "out";
  const auto path = write_suite(folder.path(), suite);
  const auto result = run(path, out);
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK_THAT(result.output, ContainsSubstring("9 cells: 2 ok, 6 failed, 1 not applicable"));

  const auto cells = cells_by_label(out);
  const auto check = [&](const std::string& label, const std::string& kind,
                         const std::string& reason) {
    INFO(label);
    REQUIRE(cells.contains(label));
    const auto& cell = cells.at(label);
    CHECK(cell.status == Status::failed);
    CHECK(cell.failure == kind);
    CHECK_THAT(cell.reason, ContainsSubstring(reason));
    CHECK(cell.predictions.empty());
    CHECK(cell.trajectory.size() == 2);  // it goes wrong in the third step
    CHECK_THAT(read_file(out / "logs" / (cell.key + ".txt")),
               ContainsSubstring("about to go wrong"));
  };
  check("throw", "exception", "unlearn: faulty: the third step is one too many");
  check("abort", "crash", "unlearn: crashed with signal 6, Aborted (its output is in logs/");
  check("segfault", "crash", "unlearn: crashed with signal 11, Segmentation fault");
  check("exit", "crash", "unlearn: ended with status 7 and without a result");
  check("nan", "nan", "unlearn: ");
  check("memory", "out_of_memory", "unlearn: ");
  check("memory", "out_of_memory",
        " (a smaller training.batch_size takes less, as do fewer --jobs)");
  CHECK(cells.at("push").status == Status::ok);
  CHECK(cells.at("needs_retain").status == Status::not_applicable);
  CHECK_THAT(result.output,
             ContainsSubstring("  failed: throw: unlearn: faulty: the third step is one too many"));

  // Failures are results: not run again, unless asked for, and then nothing else is.
  suite["methods"] = {faulty("throw"), {{"id", "push"}}};
  write_suite(folder.path(), suite);
  const auto before = times_in(out);
  const auto again = run(path, out);
  CHECK(again.status == 1);
  CHECK_THAT(again.output, ContainsSubstring("3 cells: 2 ok, 1 failed, 0 not applicable (3 were "
                                             "there already); 0:"));
  const auto retried = run(path, out, {"--retry-failed"});
  CHECK(retried.status == 1);
  CHECK_THAT(retried.output, ContainsSubstring("(2 were there already); ran 1 unlearn, 0 predict, "
                                               "0 score in 1 process;"));
  const auto failed = cells.at("throw").key + ".json";
  for (const auto& [file, time] : times_in(out))
    if (file.ends_with(".json") && !file.ends_with(failed) &&
        file.find("/plans/") == std::string::npos)
      CHECK(before.at(file) == time);
}

TEST_CASE("A method that hangs is stopped when its time is over") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  const auto path = write_suite(folder.path(), suite);
  REQUIRE(run(path, folder / "out").status == 0);  // without a limit: a busy machine is no failure
  suite["methods"].push_back(faulty("hang"));
  write_suite(folder.path(), suite);
  const auto result = run(path, folder / "out", {"--cell-timeout", "8"});
  INFO(result.output);
  CHECK(result.status == 1);
  const auto cell = cells_by_label(folder / "out").at("hang");
  CHECK(cell.failure == "timeout");
  CHECK(cell.reason == "unlearn: still running after 8 s, stopped (--cell-timeout sets the limit)");
}

TEST_CASE("Missing data makes failed rows; with the data they are run") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["evaluations"][1]["dataset"]["params"] = {{"needs", "letters.bin"}};
  suite["methods"] = {{{"id", "spy"}}};
  const auto path = write_suite(folder.path(), suite);
  const auto result = run(path, folder / "out");
  CHECK(result.status == 1);
  const auto cells = cells_by_label(folder / "out");
  REQUIRE(cells.size() == 2);
  CHECK(cells.at("spy").failure == "data");
  CHECK_THAT(cells.at("spy").reason, ContainsSubstring("letters.bin"));
  std::ofstream(folder / "letters.bin") << "x";
  CHECK(run(path, folder / "out", {"--data", folder.path().string()}).status == 0);
}

TEST_CASE("A reason that is no text reaches the row and the terminal, made safe") {
  const TemporaryFolder folder;
  const auto result = run(write_suite(folder.path(), told("garbles", true)), folder / "out");
  CHECK(result.status == 1);
  CHECK_THAT(
      result.output,
      ContainsSubstring("failed (exception): predict: tiny: \xEF\xBF\xBD\\n\\x1b[2J here\n"));
  const auto cells = cells_by_label(folder / "out");
  CHECK(cells.at("original").failure == "exception");
  CHECK(cells.at("original").reason == "predict: tiny: \xEF\xBF\xBD\n\x1b[2J here");
}

TEST_CASE("Incomplete data is told by plan, run, cells and eval") {
  const TemporaryFolder folder;
  auto suite = told("original", 4000);
  suite["requests"][0]["samples_per_concept"] = 50;
  const auto path = write_suite(folder.path(), suite);
  const std::string part = "32 of 4,000 pictures",
                    data = "warning: tiny: test: " + part + " (lacuna data check tiny)\n",
                    few =
                        "warning: request 'difficult': 2 of 2 concepts have fewer than 50 "
                        "pictures (red 4, blue 4)\n";
  const auto plan = lacuna::testing::lacuna({"plan", path.string()});
  CHECK_THAT(plan.output, ContainsSubstring(data) && ContainsSubstring(few));
  const auto result = run(path, folder / "out");
  INFO(result.output);
  REQUIRE(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring(data) && ContainsSubstring(few));
  for (const auto& [label, cell] : planned_by_label(folder / "out")) {
    for (const auto& [evaluation, key] : cell.predict) {
      const auto stored = read_json(Store(folder / "out").result(Step::predict, key));
      CHECK(stored.value("incomplete", "") == (evaluation == "others" ? part : ""));
      CHECK(stored.at("spec").dump().find(part) == std::string::npos);
    }
  }
  const auto stored = read_json(folder / "out/plans/tiny.json");
  CHECK_FALSE(stored["evaluations"][0].contains("incomplete"));
  CHECK(stored["evaluations"][1]["incomplete"] == part);

  const auto eval = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments{"eval", (folder / "model").string(), "--dataset", "tiny"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lacuna::testing::lacuna(arguments).output;
  };
  CHECK(eval({"--params", "{\"original\": 4000}"})
            .starts_with("note: tiny, test: " + part + " (lacuna data check tiny)\nfine "));
  CHECK(json::parse(eval({"--params", "{\"original\": 4000}", "--json"}))["incomplete"] == part);
  CHECK(eval({}).starts_with("fine "));
  CHECK_FALSE(json::parse(eval({"--json"})).contains("incomplete"));
}

TEST_CASE("eval blames the data set for what it throws, and not for what the model does") {
  const TemporaryFolder folder;
  write_suite(folder.path(), tiny_suite());
  const auto weights = folder / "model/model.safetensors";
  const auto eval = [&](const std::string& params) {
    return lacuna::testing::lacuna(
               {"eval", (folder / "model").string(), "--dataset", "tiny", "--params", params})
        .output;
  };
  std::ofstream(folder / "broken") << "x";
  CHECK(eval(json{{"breaks_if", (folder / "broken").string()}}.dump()) ==
        "error: tiny: asked to break\n");
  auto model = load_safetensors(weights);
  for (auto& [name, tensor] : model.tensors) tensor = at::full_like(tensor, NAN);
  save_safetensors(weights, model.tensors, model.metadata);
  CHECK(eval("{}").starts_with("error: features: not finite for "));
}

TEST_CASE("A label's line breaks and escapes stay in its line, whatever prints it") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "spy"}, {"label", "a\n\x1b[2Jb"}}};
  suite["evaluations"][1]["dataset"]["params"]["breaks_if"] = (folder / "broken").string();
  const auto path = write_suite(folder.path(), suite);
  const auto out = folder / "out";
  std::ofstream(folder / "broken") << "x";
  const auto result = run(path, out);
  const auto status = lacuna::testing::lacuna({"status", out.string()});
  const auto plan = lacuna::testing::lacuna({"plan", path.string(), "--out", out.string()});
  for (const auto& printed : {result.output, status.output, plan.output}) {
    INFO(printed);
    CHECK_THAT(printed, ContainsSubstring("a\\n\\x1b[2Jb"));
    CHECK_THAT(printed, !ContainsSubstring("\x1b"));
  }
}

TEST_CASE("A failed original fails what is measured by it") {
  const TemporaryFolder folder;
  const auto broken = folder / "broken", out = folder / "out";
  const auto path = write_suite(folder.path(), told("breaks_if", broken.string()));
  REQUIRE(run(path, out).status == 0);
  const Store store(out);
  fs::remove(
      store.result(Step::predict, planned_by_label(out).at("original").predict.at("others")));
  std::ofstream(broken) << "x";
  const auto result = run(path, out);
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK_THAT(result.output, ContainsSubstring("2 cells: 0 ok, 2 failed"));
  const auto cells = cells_by_label(out);
  CHECK(cells.at("original").reason == "predict: tiny: asked to break");
  CHECK(cells.at("spy").reason == "original model: predict: tiny: asked to break");
  fs::remove(broken);
  const auto retried = run(path, out, {"--retry-failed"});
  CHECK_THAT(retried.output, ContainsSubstring("2 cells: 2 ok, 0 failed"));
  CHECK_THAT(retried.output, ContainsSubstring("ran 0 unlearn, 1 predict, "));
}

TEST_CASE("Weights of which nothing can be predicted make a failed row, not a perfect one") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}, {"training", {{"learning_rate", 1e30}, {"epochs", 1}}}}};
  const auto out = folder / "out";
  const auto result = run(write_suite(folder.path(), suite), out);
  INFO(result.output);
  CHECK(result.status == 1);
  const auto cell = cells_by_label(out).at("push");
  CHECK(cell.status == Status::failed);
  CHECK(cell.failure == "nan");
  CHECK(cell.values.empty());
}

TEST_CASE("KL terms for a method that runs no loop are not applicable: nothing was added") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "closed_form"}}, {{"id", "closed_form"}, {"kl", {{"coarse", 1}}}}};
  const auto path = write_suite(folder.path(), suite);
  const auto result = run(path, folder / "out");
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("3 cells: 2 ok, 0 failed, 1 not applicable"));
  const auto reason = "unlearn: kl: the method ran no loop, so nothing was added (leave kl out)";
  CHECK_THAT(result.output,
             ContainsSubstring("closed_form+kl: not applicable: " + std::string(reason)));
  const auto cell = cells_by_label(folder / "out").at("closed_form+kl");
  CHECK(cell.status == Status::not_applicable);
  CHECK(cell.reason == reason);
  CHECK_THAT(run(path, folder / "out").output, ContainsSubstring("(3 were there already)"));
}

TEST_CASE("A plugin file named by its path stands in for the installed one, and says so") {
  const TemporaryFolder folder;
  const fs::path push = RUN_FIXTURES "/methods/push.so";
  // Another build of the same id: a byte more at the end changes nothing but the file.
  fs::create_directories(folder / "mine");
  write_file_atomically(folder / "mine/push.so", read_file(push) + "\n");
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  const auto path = write_suite(folder.path(), suite);
  const auto mine = (folder / "mine").string(), file = (folder / "mine/push.so").string();
  const auto refused = run(path, folder / "out", {"--plugins", mine});
  CHECK(refused.status == 2);
  CHECK(refused.output == "error: " + path.string() +
                              ": methods[0].id: 'push': two files bring this method: " + file +
                              " and " + push.string() +
                              " (give one an id of its own, or name the file that is meant: "
                              "--plugins " +
                              file + ")\n");
  const auto result = run(path, folder / "out", {"--plugins", file});
  INFO(result.output);
  REQUIRE(result.status == 0);
  const auto method = cells_by_label(folder / "out").at("push").method;
  CHECK(method.at("shipped") == false);
  CHECK(method.at("binary") == sha256_file(file));
  CHECK_THAT(lacuna::testing::lacuna({"report", (folder / "out").string()}).output,
             ContainsSubstring("push (not the shipped push) "));

  REQUIRE(run(path, folder / "plain").status == 0);
  CHECK_FALSE(cells_by_label(folder / "plain").at("push").method.contains("shipped"));
}

TEST_CASE("Lost or damaged files are made again, the same") {
  const TemporaryFolder folder;
  const auto path = write_suite(folder.path(), tiny_suite());
  const auto out = folder / "out";
  REQUIRE(run(path, out).status == 0);
  const auto before = results_in(out);
  const auto cells = planned_by_label(out);
  const Store store(out);
  fs::remove(store.outcome(cells.at("push").predict.at("in_domain")));
  std::ofstream(store.outcome(cells.at("original").predict.at("shop"))) << "x";
  std::ofstream(store.result(Step::unlearn, cells.at("spy").key)) << "{";
  std::ofstream(store.result(Step::score, cells.at("push+kl").score.at("agreement"))) << "[]";
  fs::remove_all(out / "work");
  const auto result = run(path, out);
  INFO(result.output);
  REQUIRE(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring(" is made anew: "));
  CHECK_THAT(result.output,
             ContainsSubstring("(1 were there already); ran 1 unlearn, 2 predict, "));
  CHECK(results_in(out) == before);
}

TEST_CASE("Mistakes end with status 2 and one line, and no plan is left") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"][0]["params"] = {{"wieght", 1}};
  const auto path = write_suite(folder.path(), suite);
  for (const auto& command :
       {std::vector<std::string>{"run", path.string(), "--out", (folder / "out").string()},
        std::vector<std::string>{"plan", path.string()}}) {
    const auto result = lacuna::testing::lacuna(command);
    CHECK(result.status == 2);
    CHECK(result.output ==
          "error: " + path.string() +
              ": methods[0].params: push: wieght: unknown parameter (did you mean 'weight')\n");
  }
  CHECK_FALSE(fs::exists(folder / "out"));
  CHECK(run(folder / "none.json", folder / "out").status == 2);
  CHECK(run(path, folder / "out", {"--jobs", "0"}).status == 2);
  CHECK(run(path, folder / "out", {"--device", "tpu"}).status == 2);
}

TEST_CASE(
    "plan lists what is missing on this machine, and run fails those cells for want of data") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["model"] = "openai/RN50";
  suite["methods"] = {{{"id", "push"}}};
  const auto path = write_suite(folder.path(), suite);
  const auto data = folder.path().string();
  const auto plan = lacuna::testing::lacuna({"plan", path.string(), "--data", data});
  CHECK(plan.status == 1);
  const auto how = "lacuna fetch openai/RN50 --data " + data + " (256 MB)";
  CHECK_THAT(plan.output, ContainsSubstring("tiny: 2 cells, 2 no data\n"
                                            "missing on this machine:\n"
                                            "  model openai/RN50: not found as "));
  CHECK_THAT(plan.output, EndsWith(" (get it: " + how + ")\n"));
  const auto report = json::parse(
      lacuna::testing::lacuna({"plan", path.string(), "--data", data, "--json"}).output);
  CHECK(report["cells"].size() == 2);
  CHECK(report["cells"][1]["state"] == "no data");
  REQUIRE(report["missing"].size() == 1);
  CHECK(report["missing"][0]["how"] == how);

  CHECK(run(path, folder / "out", {"--data", data}).status == 1);
  for (const auto& [label, cell] : cells_by_label(folder / "out")) {
    CHECK(cell.failure == "data");
    CHECK_THAT(cell.reason, ContainsSubstring("openai/RN50: not found as"));
  }
}

TEST_CASE("plan says what would run, status what has run") {
  const TemporaryFolder folder;
  const auto path = write_suite(folder.path(), tiny_suite());
  const auto out = folder / "out";
  auto plan = lacuna::testing::lacuna({"plan", path.string(), "--out", out.string()});
  INFO(plan.output);
  CHECK(plan.status == 0);
  CHECK_THAT(plan.output,
             EndsWith("tiny: 4 cells, 4 to run; jobs: 3 unlearn, 12 predict, 4 score; 4 of "
                      "unknown cost\n"));
  CHECK_FALSE(fs::exists(out));
  CHECK(lacuna::testing::lacuna({"status", out.string()}).status == 2);

  REQUIRE(run(path, out).status == 0);
  plan = lacuna::testing::lacuna({"plan", path.string(), "--out", out.string()});
  CHECK_THAT(plan.output, EndsWith("tiny: 4 cells, 4 there\n"));
  auto suite = tiny_suite();
  suite["methods"].push_back({{"id", "push"}, {"label", "stronger"}, {"params", {{"weight", 2}}}});
  suite["methods"].push_back(faulty("throw"));
  write_suite(folder.path(), suite);
  plan = lacuna::testing::lacuna({"plan", path.string(), "--out", out.string()});
  CHECK_THAT(plan.output,
             ContainsSubstring("tiny: 6 cells, 4 there, 2 to run; jobs: 2 unlearn, 6 predict, "
                               "2 score; about 0:0"));

  CHECK(run(path, out).status == 1);
  const auto status = lacuna::testing::lacuna({"status", out.string()});
  CHECK(status.status == 0);
  CHECK(status.output.starts_with(
      "tiny: 6 cells: 5 ok, 1 failed, 0 not applicable, 0 running, 0 missing\n"));
  CHECK_THAT(
      status.output,
      ContainsSubstring("failed model / difficult / throw: unlearn: faulty: the third step"));
  const auto as_json =
      json::parse(lacuna::testing::lacuna({"status", out.string(), "--json"}).output);
  CHECK(as_json.at("suites").at(0).at("totals").at("ok") == 5);
  CHECK(as_json.at("suites").at(0).at("cells").size() == 6);
}
