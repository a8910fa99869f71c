#include "run/worker.hpp"

#include <functional>
#include <iostream>
#include <map>

#include "model/zero_shot.hpp"
#include "run/cell.hpp"
#include "run/progress_file.hpp"
#include "run/run_identity.hpp"
#include "support/device.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"
#include "train/not_finite.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

bool is_planning(const std::string& step) { return step == "describe" || step == "plan"; }

// The failure kinds of docs/results.md, or its status not_applicable; for planning, whose failure is
// the whole run's, whose fault it is.
std::string kind_of(const std::string& step, const std::exception_ptr& exception) {
  const auto cause = failure_of(exception).cause;
  if (cause == Failure::Cause::machine) return machine_failure;
  if (is_planning(step)) return cause == Failure::Cause::users_mistake ? "mistake" : "plugin";
  try {
    std::rethrow_exception(exception);
  } catch (const NotFinite&) {
    return "nan";
  } catch (const NotFiniteFeatures&) {
    return "nan";
  } catch (const DataMissing&) {
    return "data";
  } catch (const NotApplicable&) {
    return "not_applicable";
  } catch (...) {
    return cause == Failure::Cause::out_of_memory ? "out_of_memory" : "exception";
  }
}

// What a user can change when a step's memory did not do.
std::string memory_advice(const std::string& step) {
  return step == "unlearn" ? " (a smaller training.batch_size takes less, as do fewer --jobs)"
                           : " (fewer --jobs take less)";
}

json failed_outcome(const std::string& step, const std::exception_ptr& exception) {
  const auto failure = failure_of(exception);
  auto message = failure.message;
  if (failure.cause == Failure::Cause::out_of_memory) message += memory_advice(step);
  json out{{"status", "failed"},
           {"failure", kind_of(step, exception)},
           {"reason", is_planning(step) ? message : step + ": " + message}};
  try {
    std::rethrow_exception(exception);
  } catch (const NotFinite& error) {
    out["trajectory"] = error.trajectory;
  } catch (...) {  // only a loss that is not finite has come some way
  }
  return out;
}

json outcome(const std::string& step, const json& job) {
  static const std::map<std::string, std::function<json(const json&)>> steps{
      {"describe", worker_describe},
      {"plan", worker_plan},
      {"forgetting-set", worker_forgetting_set},
      {"unlearn", worker_unlearn},
      {"evaluate", worker_evaluate}};
  try {
    const auto found = steps.find(step);
    if (found == steps.end()) throw ConfigError("worker: '" + step + "': no such step");
    auto result = found->second(job);
    // Known predictions are scored without a device.
    if ((step == "unlearn" || step == "evaluate") && !job.contains("known")) {
      if (const auto peak = device_peak_bytes(open_device(job.at("device"))))
        result["device_peak_bytes"] = *peak;
    }
    result["status"] = "ok";
    return result;
  } catch (...) {
    return failed_outcome(step, std::current_exception());
  }
}

}  // namespace

int run_worker(const std::string& step, const std::filesystem::path& job_file) {
  const auto job = read_json(job_file);
  end_with_run(job.value("run", json()));
  report_progress_to(job.value("progress", ""));
  const auto result = outcome(step, job);
  try {
    write_file_atomically(job.at("result").get<std::string>(), json_text(result) + "\n");
  } catch (const FileError& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return unwritten_result + error.number;
  }
  return result.at("status") == "ok" ? 0 : 1;
}

void load_once(Registry& registry, const std::filesystem::path& library) {
  for (const auto& [id, plugin] : registry.entries()) {
    if (plugin.library == library) return;
  }
  registry.load(library);
}

std::unique_ptr<Dataset> open_dataset(Registry& registry, const json& job, const json& data) {
  const std::string id = job.at("id");
  load_once(registry, job.at("library").get<std::string>());
  DataRoots roots;
  for (const auto& folder : data) roots.folders.emplace_back(folder.get<std::string>());
  const auto& entry = *registry.find(Kind::dataset, id).entry;
  const Handover handover(id);
  try {
    return guarded(id, [&] { return entry.make_dataset(job.at("params"), roots); });
  } catch (const ConfigError& error) {
    throw DataMissing(error.what());
  }
}

}  // namespace lacuna
