// What a worker leaves when it is done: read and checked before anything relies on it, since a
// plugin that went wrong may have written it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace lacuna {

// {"status": "ok", …} with what the step promises, or {"status": "failed", "failure", "reason"}.
// Throws Error("reason") for anything else: no file, no JSON, too long, a member of another type.
nlohmann::json read_step_result(const std::string& step, const std::filesystem::path& file);

// Throws Error("reason") if a file that the step of an ok result has to leave is not there.
void check_step_files(const std::string& step, const nlohmann::json& job);

}  // namespace lacuna
