// One evaluation and one training run, timed with the device idle at both ends.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bench/speed/task.hpp"
#include "lacuna/plugin.hpp"
#include "model/clip/clip.hpp"

namespace lacuna::speed {

struct Evaluation {
  double seconds = 0, names_seconds = 0;        // all of it; the class names' part
  at::Tensor features;                          // float32 [P, embedding]
  at::Tensor fine_logits, coarse_logits;        // float32 [P, C]
  at::Tensor fine_predicted, coarse_predicted;  // int64 [P], CPU
};

// As predict() does it (model/clip/zero_shot.hpp), over the task's first `pictures`: names once,
// pictures in batches, arg max. `precision` "bfloat16" runs both towers under autocast.
Evaluation evaluate(const Clip& clip, const Tokenizer& tokenizer, const Task& task,
                    std::int64_t pictures, std::int64_t batch, const std::string& precision);

struct Training {
  double seconds = 0, teacher_seconds = 0;  // all steps; the teacher's logits before them
  std::vector<double> losses;               // a step
};

// `steps` steps of the harness's own loop from the weights as they are, with the `nhl` plugin.
Training train(Clip& student, const Tokenizer& tokenizer, const Task& task, const Entry& nhl,
               const Settings& settings, std::int64_t steps, const std::string& precision);

}  // namespace lacuna::speed
