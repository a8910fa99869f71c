#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/step_result.hpp"

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
  std::ofstream(folder / "result.json") << R"({"status": "ok", "trajectory": {}})";
  CHECK(read_step_result("unlearn", folder / "result.json").at("status") == "ok");
  CHECK(read_step_result("forgetting-set", folder / "result.json").at("status") == "ok");

  refused("unlearn", "garbage", "left no result: ");
  refused("unlearn", "", "left no result: ");
  refused("unlearn", std::string(300'000, '['), "is nested more than 100 levels deep");
  refused("unlearn", "[1]", "left no result: what it left is no object");
  refused("unlearn", "{}", "left no result: 'status' is missing in it");
  refused("unlearn", R"({"status": 1})", "'status' has another type in it");
  refused("unlearn", R"({"status": "fine"})", "its status is neither ok nor failed");
  refused("unlearn", R"({"status": "ok"})", "'trajectory' is missing in it");
  refused("unlearn", R"({"status": "ok", "trajectory": []})", "'trajectory' has another type");
  refused("evaluate", R"({"status": "ok", "counts": {}, "flips": {}})", "'metrics' is missing");
  refused("plan", R"({"status": "ok"})", "'plan' is missing in it");
  refused("plan", R"({"status": "failed"})", "'failure' is missing in it");
  refused("unlearn", R"({"status": "failed", "failure": "nan"})", "'reason' is missing in it");

  std::filesystem::create_directory(folder / "folder.json");
  CHECK_THROWS_MATCHES(read_step_result("unlearn", folder / "folder.json"), Error,
                       MessageMatches(ContainsSubstring("is a folder (expected a result)")));
  CHECK_THROWS_AS(read_step_result("unlearn", folder / "none.json"), Error);
}

TEST_CASE("A step that is done has left its files") {
  const TemporaryFolder folder;
  const nlohmann::json job{{"weights", (folder / "weights.safetensors").string()}};
  CHECK_THROWS_MATCHES(
      check_step_files("unlearn", job), Error,
      Catch::Matchers::Message("left no result: weights.safetensors is not there"));
  std::ofstream(folder / "weights.safetensors") << "x";
  CHECK_NOTHROW(check_step_files("unlearn", job));
  CHECK_NOTHROW(check_step_files("evaluate", {{"known", "predictions"}}));
}
