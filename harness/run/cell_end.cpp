#include "run/cell_end.hpp"

#include <algorithm>

namespace lacuna {
namespace {

// Why a job is not ok, in the words of a row; what it needs may be to blame.
struct Trouble {
  Outlook outlook = Outlook::ok;
  std::string failure = {}, reason = {};
  const RunJob* root = nullptr;
};

Trouble trouble_of(const RunJob& job) {
  switch (job.stage) {
    case Stage::failed:
      return {Outlook::failed, job.failure, job.reason, &job};
    case Stage::not_stored:
      return {Outlook::failed, "not stored", "not stored: " + job.reason, &job};
    case Stage::not_applicable:
      return {Outlook::not_applicable, "", job.reason, &job};
    case Stage::not_run:
      return {Outlook::not_run, "", job.reason, &job};
    case Stage::blocked: {
      auto out = trouble_of(*job.blame);
      const bool attack = job.step() == Step::unlearn && job.blame->step() == Step::unlearn;
      if (attack) out.reason = "attacked model: " + out.reason;
      return out;
    }
    default:
      return {};
  }
}

bool is_of(const RunJob& job, const RunCell& cell) {
  return std::find(job.cells.begin(), job.cells.end(), &cell) != job.cells.end();
}

}  // namespace

std::string reason_of(const RunJob& job) { return trouble_of(job).reason; }

void end_cell(RunCell& cell, const RunJob* last) {
  cell.over = true;
  cell.ended_here = last != nullptr && last->ran;
  cell.was_there = !cell.jobs.empty();
  Trouble worst;
  if (!cell.cell->status.empty()) {
    const bool failed = cell.cell->status == "failed";
    worst = {failed ? Outlook::failed : Outlook::not_applicable, failed ? "data" : "",
             cell.cell->reason, nullptr};
  }
  for (const auto* job : cell.jobs) {
    const bool lost = job->stage == Stage::not_run || job->stage == Stage::not_stored;
    if (lost || (job->ran && job->step() != Step::score)) cell.was_there = false;
    if (worst.outlook != Outlook::ok) continue;
    const auto trouble = trouble_of(*job);
    if (trouble.outlook == Outlook::ok) continue;
    if (job->step() == Step::score && job->stage != Stage::blocked) {
      const auto& id = std::get<ScoreSpec>(job->job->spec).metric.id;
      if (trouble.outlook == Outlook::failed) {
        cell.metrics.push_back(id + ": " + trouble.reason);
        continue;
      }
      worst = trouble;
      worst.reason = "metric " + id + ": " + worst.reason;
      continue;
    }
    worst = trouble;
    if (job->step() == Step::score && worst.root != nullptr && !is_of(*worst.root, cell))
      worst.reason = "original model: " + worst.reason;
  }
  if (worst.root != nullptr && worst.root->ran) {
    cell.ended_here = true;
    cell.was_there = false;
  }
  cell.outlook = worst.outlook;
  cell.failure = worst.failure;
  cell.reason = worst.reason;
}

}  // namespace lacuna
