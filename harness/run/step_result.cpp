#include "run/step_result.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// What stands in an ok result beside the status, and which files of the job a step makes.
struct Promise {
  std::map<std::string, json::value_t> members;
  std::vector<const char*> files;
};

const Promise& promise_of(const std::string& step) {
  using type = json::value_t;
  static const std::map<std::string, Promise> promises{
      {"describe", {{{"plugins", type::object}}, {}}},
      {"plan", {{{"plan", type::object}}, {}}},
      {"forgetting-set", {{}, {"out"}}},
      {"unlearn", {{{"trajectory", type::object}}, {"weights"}}},
      {"evaluate",
       {{{"counts", type::object}, {"flips", type::object}, {"metrics", type::array}},
        {"predictions"}}}};
  static const Promise none;
  const auto found = promises.find(step);
  return found == promises.end() ? none : found->second;
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
    // A plan holds every cell of a suite, all else what becomes one cell's file.
    return read_json(file, "a result", step == "plan" || step == "describe" ? kMostBinary : kMostText);
  } catch (const ConfigError& error) {
    std::string reason = error.what();  // without the path, which is this machine's
    if (const auto path = file.string() + ": "; reason.starts_with(path))
      reason.erase(0, path.size());
    throw Error("left no result: " + reason);
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
  for (const auto& [name, type] : promise_of(step).members) member(result, name, type);
  return result;
}

void check_step_files(const std::string& step, const json& job) {
  for (const auto* name : promise_of(step).files) {
    if (job.contains("known")) continue;  // predictions of an earlier run: none are made
    std::error_code ignored;
    const std::filesystem::path file = job.at(name).get<std::string>();
    require(std::filesystem::is_regular_file(file, ignored),
            fmt::format("{} is not there", file.filename().string()));
  }
}

}  // namespace lacuna
