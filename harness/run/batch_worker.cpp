#include "run/batch_worker.hpp"

#include "run/results/job_files.hpp"
#include "run/steps/step_result.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

json with_device(json content, const std::string& device) {
  content["device"] = device;
  return content;
}

// What an earlier worker of a job left is no result of this one.
const WorkOrder& cleared(const WorkOrder& order) {
  for (const auto& folder : order.folders) {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  return order;
}

}  // namespace

BatchWorker::BatchWorker(int number, WorkOrder order, const std::string& device,
                         const RunOptions& options)
    : number_(number),
      order_(std::move(order)),
      worker_(to_string(cleared(order_).step), with_device(order_.content, device), order_.files(),
              order_.logs.front(), options.job_timeout, options, order_.keys) {}

// A job is done once the next one has begun. After the end only its result tells; one of a worker
// that was stopped for what it did counts for nothing.
bool BatchWorker::is_done(std::size_t job, bool ended) const {
  if (job + 1 < worker_.begun()) return true;
  std::error_code ignored;
  return ended && !worker_.was_stopped() &&
         fs::exists(fs::symlink_status(order_.result(job), ignored));
}

json BatchWorker::record(const ProcessEnd* end) {
  const auto now = std::chrono::steady_clock::now();
  json out{{"seconds", std::chrono::duration<double>(now - since_).count()}};
  since_ = now;
  if (end != nullptr) {  // of the whole process
    out["cpu_seconds"] = end->cpu_seconds;
    out["peak_bytes"] = end->peak_bytes;
  }
  if (const auto peak = worker_.device_peak_bytes()) out["device_peak_bytes"] = *peak;
  return out;
}

void BatchWorker::blame(JobOutcome& out, std::size_t job, JobFailure failure) const {
  out.ok = false;
  out.failure = std::move(failure);
  if (out.trajectory.is_null() && order_.step == Step::unlearn && job == 0)
    out.trajectory = partial_trajectory(worker_.losses());
}

JobOutcome BatchWorker::taken(std::size_t job, const ProcessEnd* end) {
  JobOutcome out{.key = order_.keys[job]};
  out.record = record(end);
  const std::string step = to_string(order_.step);
  try {
    const auto result = read_step_result(step, order_.result(job));
    out.ok = result.at("status") == "ok";
    if (!out.ok) {
      out.trajectory = result.value("trajectory", json());
      blame(out, job, {result.at("failure"), result.at("reason")});
    } else if (order_.step != Step::set) {
      out.result = job_result_in(result, order_.step, out.key);
    }
  } catch (...) {
    fault_ = job;
    blame(out, job, unreadable_result(step, order_.logs[job], std::current_exception()));
  }
  stopped_for_failure_ = !out.ok;
  return out;
}

OrderNews BatchWorker::news() {
  OrderNews out{.order = number_};
  const auto end = worker_.ended();
  const auto* process_end = end ? &*end : nullptr;
  for (; taken_ < order_.keys.size() && is_done(taken_, end.has_value()); ++taken_)
    out.done.push_back(taken(taken_, process_end));
  if (!end) return out;
  out.ended = true;
  // Behind a job that failed a worker may have stopped of itself, and in good order.
  const bool in_order = stopped_for_failure_ && end->signal == 0 && end->status == 1;
  if (taken_ < order_.keys.size() && !in_order) {
    fault_ = taken_;
    JobOutcome failed{.key = order_.keys[taken_]};
    failed.record = record(process_end);
    blame(failed, taken_, worker_.failure(*end, order_.logs[taken_]));
    out.done.push_back(std::move(failed));
    ++taken_;
  }
  out.put_back.assign(order_.keys.begin() + static_cast<std::ptrdiff_t>(taken_), order_.keys.end());
  close_log();
  return out;
}

// The log goes to the job whose failure names it, and where nothing was said, it goes.
void BatchWorker::close_log() {
  std::error_code ignored;
  const auto& log = order_.logs.front();
  if (fs::file_size(log, ignored) == 0)
    fs::remove(log, ignored);
  else if (fault_ > 0)
    fs::rename(log, order_.logs[fault_], ignored);
}

}  // namespace lacuna
