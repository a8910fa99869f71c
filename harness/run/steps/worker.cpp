#include "run/steps/worker.hpp"

#include <functional>
#include <iostream>
#include <map>

#include "data/parts.hpp"
#include "doors/doors.hpp"
#include "model/clip/zero_shot.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/job_failure.hpp"
#include "run/results/run_identity.hpp"
#include "run/steps/worker_predict.hpp"
#include "run/steps/worker_score.hpp"
#include "support/device.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"
#include "train/not_finite.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

bool is_planning(const std::string& step) { return step == "describe" || step == "plan"; }

// The failure kinds of docs/results.md, or its status not_applicable; for planning, whose failure
// is the whole run's, whose fault it is.
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
  } catch (const DoorFailure& error) {
    return error.kind;
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

// The exit status that says what came of writing.
int write_result(const std::filesystem::path& file, const json& result) {
  try {
    write_file_atomically(file, json_text(result) + "\n");
  } catch (const FileError& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return unwritten_result + error.number;
  }
  return result.at("status") == "ok" ? 0 : 1;
}

// Whether a worker goes on behind a job that failed. One on a device does not: what failed may have
// left it unusable.
enum class AfterFailure { stop, go_on };

// `body` does one job and says what its ok result holds.
template <class Order>
int do_jobs(const std::string& step, const JsonView& job, AfterFailure after,
            const std::function<json(const Order&)>& body) {
  int status = 0;
  for (const auto& order : read_spec<Orders<Order>>(job).jobs) {
    report_progress({.job = order.key});
    json result;
    try {
      result = body(order);
      result["status"] = "ok";
    } catch (...) {
      result = failed_outcome(step, std::current_exception());
    }
    const int written = write_result(order.result, result);
    if (written > 1 || (written == 1 && after == AfterFailure::stop)) return written;
    status = std::max(status, written);
  }
  return status;
}

// So that a job's record can say how much of its device it took.
void report_device_peak(const WorkerHead& head) {
  if (const auto peak = device_peak_bytes(open_device(head.device)))
    report_progress({.device_peak_bytes = *peak});
}

json holding(const JobResult& result) { return {{"result", to_json(result)}}; }

int do_step(const std::string& step, const JsonView& job, const WorkerHead& head) {
  if (step == "set") {
    return do_jobs<SetOrder>(step, job, AfterFailure::stop, [&](const SetOrder& order) {
      worker_set(order, head);
      return json::object();
    });
  }
  if (step == "unlearn") {
    return do_jobs<UnlearnOrder>(step, job, AfterFailure::stop, [&](const UnlearnOrder& order) {
      const auto result = worker_unlearn(order, head);
      report_device_peak(head);
      return holding(result);
    });
  }
  if (step == "predict") {
    Predictor predict;
    return do_jobs<PredictOrder>(step, job, AfterFailure::stop, [&](const PredictOrder& order) {
      const auto result = predict(order, head);
      report_device_peak(head);
      return holding(result);
    });
  }
  if (step == "score") {
    Scorer score;
    return do_jobs<ScoreOrder>(step, job, AfterFailure::go_on, [&](const ScoreOrder& order) {
      return holding(score(order, head));
    });
  }
  throw ConfigError("worker: '" + step + "': no such step");
}

// Of a step that leaves one result.
json outcome(const std::string& step, const std::function<json(const json&)>& body,
             const json& job) {
  try {
    auto result = body(job);
    result["status"] = "ok";
    return result;
  } catch (...) {
    return failed_outcome(step, std::current_exception());
  }
}

}  // namespace

int run_worker(const std::string& step, const std::filesystem::path& job_file) {
  static const std::map<std::string, std::function<json(const json&)>> alone{
      {"describe", worker_describe}, {"plan", worker_plan}};
  const auto job = read_json(job_file, "a job", kMostBinary);
  const JsonView view(job, job_file.string());
  const auto head = read_spec<WorkerHead>(view);
  end_with_run(head.run);
  report_progress_to(head.progress);
  if (const auto found = alone.find(step); found != alone.end())
    return write_result(view.at("result").text(), outcome(step, found->second, job));
  return do_step(step, view, head);
}

void load_once(Registry& registry, const std::filesystem::path& library) {
  for (const auto& [id, plugin] : registry.entries()) {
    if (plugin.library == library) return;
  }
  registry.load(library);
}

std::unique_ptr<Dataset> open_dataset(Registry& registry, const DatasetSpec& spec,
                                      const std::vector<std::filesystem::path>& data) {
  load_once(registry, spec.library);
  const auto& entry = *registry.find(Kind::dataset, spec.id).entry;
  const Handover handover(spec.id);
  try {
    const auto parts =
        spec.parts.is_null() ? Parts() : read_parts(JsonView(spec.parts, spec.id + ": parts"));
    return guarded(spec.id,
                   [&] { return make_dataset(entry, spec.params, parts, DataRoots{data}); });
  } catch (const ConfigError& error) {
    throw DataMissing(error.what());
  }
}

}  // namespace lacuna
