// What an unlearning run does not do twice.
#include <ATen/ATen.h>

#include "bench/cases.hpp"
#include "bench/pairs.hpp"
#include "bench/workload.hpp"
#include "model/clip/zero_shot.hpp"
#include "train/clip_batch.hpp"
#include "train/proxies.hpp"

namespace lacuna::bench {
namespace {

constexpr std::int64_t kEpochs = 4, kBatch = 32;

const Samples& forgetting_set() {
  static const auto set = [] {
    const auto& work = workload();
    auto made =
        picture_samples(*work.dataset, "train", work.indices, work.clip.config().vision.image_size);
    const auto rows = at::tensor(work.indices, at::kLong);
    ask_to_forget(made, work.dataset->labels("train").index_select(0, rows));
    return made;
  }();
  return set;
}

// Teacher logits of every epoch's batches, added up over the epochs: [N, C].
at::Tensor teach(bool each_epoch) {
  const auto& work = workload();
  auto student = work.clip;  // the same weights
  std::optional<ClipSubject> subject;
  at::Tensor sum;
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    if (each_epoch || !subject)
      subject.emplace(student, work.tokenizer, forgetting_set(), TrainingConfig{});
    std::vector<at::Tensor> logits;
    for (std::int64_t at = 0; at < forgetting_set().size; at += kBatch) {
      const auto rows = at::arange(at, std::min(at + kBatch, forgetting_set().size));
      logits.push_back(ClipBatch(*subject, rows, 0).teacher(ClipBatch::forgotten, "fine"));
    }
    const auto all = at::cat(logits);
    sum = sum.defined() ? sum + all : all;
  }
  return sum;
}

// The mean picture of every epoch's batches.
at::Tensor render(bool each_epoch) {
  const auto& work = workload();
  const auto size = work.clip.config().vision.image_size;
  at::Tensor pixels, sum = at::zeros({3, size, size});
  for (std::int64_t epoch = 0; epoch < kEpochs; ++epoch) {
    if (each_epoch || !pixels.defined())
      pixels = load_pictures(*work.dataset, "train", work.indices, size);
    for (std::int64_t at = 0; at < pixels.size(0); at += kBatch)
      sum += pixels.slice(0, at, at + kBatch).to(at::kFloat).mean(0);
  }
  return sum;
}

}  // namespace

void add_training_cases() {
  add_pair(
      "teacher logits once, not each of 4 epochs", [] { return teach(false); },
      [] { return teach(true); });
  add_pair(
      "pictures rendered once, not each of 4 epochs", [] { return render(false); },
      [] { return render(true); });
}

}  // namespace lacuna::bench
