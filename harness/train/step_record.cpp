#include "train/step_record.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace lacuna {
namespace {

at::Tensor hits(const at::Tensor& logits, const at::Tensor& target) {
  return logits.argmax(1).eq(target).sum();
}

StepRecord::Asked counted(const Question& question) {
  const auto target = question.target();
  return {hits(question.student(), target), target.size(0)};
}

}  // namespace

StepRecord record_of(const Batch& batch, const std::vector<Labels>& forget,
                     const at::Tensor& fitted) {
  at::NoGradGuard no_grad;
  StepRecord record;
  const auto side = batch.forget();
  for (const auto& labels : forget) {
    const auto* question = find_question(side, labels.question);
    record.forget.push_back(question ? counted(*question) : StepRecord::Asked{});
  }
  if (!side.questions.empty()) {
    const auto& first = *side.questions.front();
    const auto logits = first.student(), target = first.target();
    if (fitted.defined()) record.fitted = hits(logits, fitted);
    record.agreeing =
        hits(without_target(logits, target), without_target(first.teacher(), target).argmax(1));
  }
  for (const auto* question : batch.keep().questions) {
    const auto kept = counted(*question);
    record.keep.right = record.keep.right.defined() ? record.keep.right + kept.right : kept.right;
    record.keep.rows += kept.rows;
  }
  return record;
}

std::string accuracy_name(std::size_t question, const std::string& name) {
  return question == 0 ? "forget_accuracy" : "forget_" + name + "_accuracy";
}

double forget_accuracy(const std::vector<EpochCounts::Asked>& asked, bool of_steps) {
  double sum = 0;
  int n = 0;
  for (const auto& one : asked) {
    if (one.rows == 0) continue;
    sum += of_steps ? one.step_accuracies / static_cast<double>(one.steps)
                    : static_cast<double>(one.right) / static_cast<double>(one.rows);
    ++n;
  }
  return n == 0 ? NAN : sum / n;
}

}  // namespace lacuna
