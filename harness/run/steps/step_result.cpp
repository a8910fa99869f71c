#include "run/steps/step_result.hpp"

#include <fmt/format.h>

#include <map>

#include "lacuna/error.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// What stands in an ok result beside the status.
std::map<std::string, json::value_t> promise_of(const std::string& step) {
  using type = json::value_t;
  if (step == "describe") return {{"plugins", type::object}};
  if (step == "unlearn" || step == "predict" || step == "score") return {{"result", type::object}};
  return {};
}

void require(bool holds, const std::string& what) {
  if (!holds) throw Error("left no result: " + what);
}

const json& member(const json& result, const std::string& name, json::value_t type) {
  const auto found = result.find(name);
  require(found != result.end(), fmt::format("'{}' is missing in it", name));
  require(found->type() == type, fmt::format("'{}' has another type in it", name));
  return *found;
}

json read(const std::string& step, const std::filesystem::path& file) {
  try {
    return read_json(file, "a result", step == "describe" ? kMostBinary : kMostText);
  } catch (const ConfigError& error) {
    // Without the path, which is this machine's.
    throw Error("left no result: " + without_prefix(error.what(), file.string() + ": "));
  }
}

}  // namespace

json read_step_result(const std::string& step, const std::filesystem::path& file) {
  auto result = read(step, file);
  require(result.is_object(), "what it left is no object");
  const auto& status = member(result, "status", json::value_t::string);
  require(status == "ok" || status == "failed", "its status is neither ok nor failed");
  if (status == "failed") {
    member(result, "failure", json::value_t::string);
    member(result, "reason", json::value_t::string);
    if (result.contains("trajectory")) member(result, "trajectory", json::value_t::object);
    return result;
  }
  for (const auto& [name, type] : promise_of(step)) member(result, name, type);
  return result;
}

JobResult job_result_in(const json& step_result, Step step, const std::string& key) {
  try {
    auto result = read_job_result(step_result.at("result"), "result", step, key);
    require(result.status == Status::ok, "its status is not ok");
    return result;
  } catch (const ConfigError& error) {
    throw Error(fmt::format("left no result: {}", error.what()));
  }
}

JobFailure unreadable_result(const std::string& step, const std::filesystem::path& log,
                             const std::exception_ptr& exception) {
  const auto failure = lacuna::failure_of(exception);
  return {failure.cause == Failure::Cause::machine ? machine_failure : "crash",
          fmt::format("{}: {} (its output is in {})", step, failure.message, shown_log(log))};
}

}  // namespace lacuna
