#include "bench/speed/measure.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <chrono>

#include "model/clip/precision.hpp"
#include "model/clip/zero_shot.hpp"
#include "plugin/registry.hpp"
#include "support/device.hpp"
#include "train/clip_subject.hpp"
#include "train/trajectory.hpp"

namespace lacuna::speed {
namespace {

c10::Device device_of(const Clip& clip) { return clip.weights().begin()->second.device(); }

// Seconds of a clock that is read when the device has finished what it was given.
double now(c10::Device device) {
  synchronize(device);
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Evaluation evaluate(const Clip& clip, const Tokenizer& tokenizer, const Task& task,
                    std::int64_t pictures, std::int64_t batch, const std::string& precision) {
  const at::NoGradGuard no_grad;
  const auto device = device_of(clip);
  Evaluation out;
  const auto begin = now(device);
  at::Tensor fine, coarse;
  {
    const Precision scope(precision, device.type());
    fine = ensemble_embeddings(clip, tokenizer, task.templates, task.taxonomy.fine);
    coarse = ensemble_embeddings(clip, tokenizer, task.templates, task.taxonomy.coarse);
    out.names_seconds = now(device) - begin;
    out.features = encode_pictures(clip, task.pixels.slice(0, 0, pictures), batch);
  }
  out.fine_logits = clip.logit_scale() * at::matmul(out.features, fine.t());
  out.coarse_logits = clip.logit_scale() * at::matmul(out.features, coarse.t());
  out.fine_predicted = out.fine_logits.argmax(1).cpu();
  out.coarse_predicted = out.coarse_logits.argmax(1).cpu();
  out.seconds = now(device) - begin;
  return out;
}

Training train(Clip& student, const Tokenizer& tokenizer, const Task& task, const Entry& nhl,
               const Settings& settings, std::int64_t steps, const std::string& precision) {
  const auto device = device_of(student);
  const auto options = settings.loop(precision);
  Training out;
  guarded(nhl.info.id, [&] {
    const auto objective = nhl.make_objective({{"margin", settings.margin}});
    const auto set = task.forgetting_set(steps, settings.train_batch);
    const auto begin = now(device);
    ClipSubject subject(student, tokenizer, set, options.training);
    const auto taught = now(device);
    Trajectory trajectory({});
    run_loop(subject, *objective, options, {}, trajectory);
    out.seconds = now(device) - taught;
    out.teacher_seconds = taught - begin;
    for (const auto& step : trajectory.json().at("steps")) out.losses.push_back(step.at("loss"));
  });
  return out;
}

}  // namespace lacuna::speed
