#include "run/results/job_files.hpp"

#include <fmt/format.h>

#include "run/machine/machine.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

using nlohmann::json;

json partial_trajectory(const std::vector<StepProgress>& progress) {
  auto steps = json::array();
  for (const auto& message : progress) {
    if (!message.loss) continue;
    steps.push_back(
        {{"step", message.step},
         {"epoch", message.epoch ? json(*message.epoch) : json()},
         {"loss", *message.loss},
         {"forget_accuracy", message.forget_accuracy ? json(*message.forget_accuracy) : json()}});
  }
  if (steps.empty()) return nullptr;
  return {{"steps", steps}, {"epochs", json::array()}};
}

JobResult failed_result(const Job& job, const std::string& kind, const std::string& reason,
                        json trajectory) {
  JobResult out;
  out.step = job.step();
  out.key = job.key;
  out.spec = job.spec_json(Fields::identity);
  const bool failed = kind != "not_applicable";
  out.status = failed ? Status::failed : Status::not_applicable;
  if (failed) out.failure = kind;
  out.reason = reason;
  out.trajectory = std::move(trajectory);
  return out;
}

JobResult store_result(const Store& store, const Job& job, JobResult result) {
  const auto bytes = json_text(to_json(result)).size() + 1;
  if (bytes > kMostText)
    result = failed_result(job, "exception",
                           fmt::format("its result has {} bytes (at most {})",
                                       grouped(static_cast<std::int64_t>(bytes)),
                                       grouped(static_cast<std::int64_t>(kMostText))));
  write_json(store.result(job.step(), job.key), to_json(result));
  return result;
}

json record_of(const Job& job, const std::string& started, const json& cost,
               const RunOptions& options) {
  static const auto machine = machine_record();
  static const auto build = build_record();
  return {{"schema_version", 1},        {"key", job.key},        {"step", to_string(job.step())},
          {"started", started},         {"finished", utc_now()}, {"devices", options.devices},
          {"threads", options.threads}, {"jobs", options.jobs},  {"cost", cost},
          {"machine", machine},         {"build", build}};
}

}  // namespace lacuna
