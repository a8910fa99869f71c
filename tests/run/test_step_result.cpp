#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/results/job_files.hpp"
#include "run/steps/step_result.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

void refused(const std::string& step, const std::string& text, const std::string& reason) {
  const TemporaryFolder folder;
  std::ofstream(folder / "result.json") << text;
  INFO(text.substr(0, 100));
  CHECK_THROWS_MATCHES(read_step_result(step, folder / "result.json"), Error,
                       MessageMatches(ContainsSubstring(reason)));
}

}  // namespace

TEST_CASE("A worker's result is taken only with what its step promises") {
  const TemporaryFolder folder;
  std::ofstream(folder / "result.json") << R"({"status": "ok", "result": {}})";
  CHECK(read_step_result("unlearn", folder / "result.json").at("status") == "ok");
  CHECK(read_step_result("set", folder / "result.json").at("status") == "ok");

  refused("unlearn", "garbage", "left no result: ");
  refused("unlearn", "", "left no result: ");
  refused("unlearn", std::string(300'000, '['), "is nested more than 100 levels deep");
  refused("unlearn", "[1]", "left no result: what it left is no object");
  refused("unlearn", "{}", "left no result: 'status' is missing in it");
  refused("unlearn", R"({"status": 1})", "'status' has another type in it");
  refused("unlearn", R"({"status": "fine"})", "its status is neither ok nor failed");
  refused("unlearn", R"({"status": "ok"})", "'result' is missing in it");
  refused("predict", R"({"status": "ok", "result": []})", "'result' has another type");
  refused("score", R"({"status": "ok", "values": {}})", "'result' is missing");
  refused("describe", R"({"status": "ok"})", "'plugins' is missing in it");
  refused("plan", R"({"status": "failed"})", "'failure' is missing in it");
  refused("unlearn", R"({"status": "failed", "failure": "nan"})", "'reason' is missing in it");

  std::filesystem::create_directory(folder / "folder.json");
  CHECK_THROWS_MATCHES(read_step_result("unlearn", folder / "folder.json"), Error,
                       MessageMatches(ContainsSubstring("is a folder (expected a result)")));
  CHECK_THROWS_AS(read_step_result("unlearn", folder / "none.json"), Error);
}

TEST_CASE("A result that no reader would take is stored as a failure that says so") {
  const TemporaryFolder folder;
  const Store store(folder.path());
  UnlearnSpec spec;
  const Job job{.key = job_key(spec), .spec = spec};
  auto result = failed_result(job, "exception", std::string(kMostText, 'x'));
  const auto stored = store_result(store, job, std::move(result));
  CHECK(stored.failure == "exception");
  CHECK_THAT(stored.reason, Catch::Matchers::StartsWith("its result has 67,10") &&
                                Catch::Matchers::EndsWith(" bytes (at most 67,108,864)"));
  const auto read = read_json(store.result(Step::unlearn, job.key));
  CHECK(read_job_result(read, "result", Step::unlearn, job.key).reason == stored.reason);
}

TEST_CASE("A job's result is taken as its file is read: of this job, and ok") {
  UnlearnSpec spec;
  spec.seed = 7;
  JobResult result;
  result.key = job_key(spec);
  result.spec = to_json(spec, Fields::identity);
  result.status = Status::ok;
  result.weights_sha256 = std::string(64, 'a');
  const auto held = [](const JobResult& one) {
    return nlohmann::json{{"status", "ok"}, {"result", to_json(one)}};
  };
  CHECK(job_result_in(held(result), Step::unlearn, result.key).weights_sha256 ==
        result.weights_sha256);
  const auto wrong = [&](const JobResult& one, const std::string& key, const std::string& reason) {
    CHECK_THROWS_MATCHES(
        job_result_in(held(one), Step::unlearn, key), Error,
        MessageMatches(ContainsSubstring("left no result: result: ") && ContainsSubstring(reason)));
  };
  wrong(result, "0123456789abcdef0123", "key: ");
  auto other = result;
  other.spec["seed"] = 8;
  wrong(other, result.key, "spec: ");
  result.status = Status::failed;
  result.failure = "nan";
  result.reason = "unlearn: no";
  CHECK_THROWS_MATCHES(job_result_in(held(result), Step::unlearn, result.key), Error,
                       Catch::Matchers::Message("left no result: its status is not ok"));
}
