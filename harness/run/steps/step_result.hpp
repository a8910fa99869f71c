// What a worker leaves when it is done with a job: read and checked before anything relies on it,
// since a plugin that went wrong may have written it.
#pragma once

#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "run/results/job_failure.hpp"
#include "run/results/job_result.hpp"

namespace lacuna {

// {"status": "ok", …} with what the step promises, or {"status": "failed", "failure", "reason"}.
// Throws Error("reason") for anything else: no file, no JSON, too long, a member of another type.
nlohmann::json read_step_result(const std::string& step, const std::filesystem::path& file);

// The result of a job that an ok one holds. Throws Error("reason") where it is none, of another
// job, or not ok.
JobResult job_result_in(const nlohmann::json& step_result, Step step, const std::string& key);

// What the run says of a result that threw: "<step>: reason (its output is in …)".
JobFailure unreadable_result(const std::string& step, const std::filesystem::path& log,
                             const std::exception_ptr& exception);

}  // namespace lacuna
