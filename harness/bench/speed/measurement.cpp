#include "bench/speed/measurement.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "bench/speed/flops.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/weights/safetensors.hpp"
#include "support/device.hpp"

namespace lacuna::speed {
namespace {

using nlohmann::json;

// Of the forward passes of an evaluation, and of training steps whose backward pass counts twice
// the forward pass; null for a tower that is not counted.
json flops_of(const Checkpoint& model, const Task& task, const Settings& settings) {
  const auto picture = picture_flops(model.config);
  const auto context = model.config.text.context_length;
  const auto of_names = [&](const std::string& prompt) {
    std::int64_t sum = 0;
    for (const auto* names : {&task.taxonomy.fine, &task.taxonomy.coarse})
      sum += static_cast<std::int64_t>(names->size()) *
             prompt_flops(model.config,
                          prompt_tokens(model.tokenizer, prompt, *names, context).size(1));
    return sum;
  };
  json out{{"picture", nullptr},
           {"prompt", prompt_flops(model.config, context)},
           {"evaluation", nullptr},
           {"training", nullptr}};
  if (!picture) return out;
  std::int64_t all = 0, drawn = 0;
  for (const auto& prompt : task.templates) all += of_names(prompt);
  const auto templates = drawn_templates(settings, task);
  for (std::int64_t step = 0; step < settings.steps; ++step)
    drawn += of_names(task.templates.at(templates[step].item<std::int64_t>()));
  out["picture"] = *picture;
  out["evaluation"] = settings.pictures * *picture + all;
  out["training"] = 3 * (settings.steps * settings.train_batch * *picture + drawn);
  return out;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// `count` of something a second, by the median round; null where none was measured.
json per_second(std::int64_t count, const std::vector<double>& seconds) {
  return seconds.empty() ? json() : json(static_cast<double>(count) / median(seconds));
}

// float32 leaves of their own on `device`.
NamedTensors copied(const NamedTensors& weights, c10::Device device) {
  NamedTensors out;
  for (const auto& [name, weight] : weights)
    out[name] = weight.to(device, at::kFloat, false, /*copy=*/true).requires_grad_(true);
  return out;
}

json correct(const at::Tensor& predicted, const at::Tensor& target) {
  return predicted.defined() ? json(predicted.eq(target).sum().item<std::int64_t>()) : json();
}

}  // namespace

Measurement::Measurement(Settings settings, std::string precision, Checkpoint model, Task task,
                         const Entry& nhl, c10::Device device)
    : settings_(settings),
      precision_(std::move(precision)),
      model_(std::move(model)),
      task_(std::move(task)),
      nhl_(nhl),
      device_(device),
      student_(model_.config, copied(model_.weights, device)) {}

void Measurement::warm_up() {
  const auto all = settings_.pictures, batch = settings_.eval_batch;
  evaluate(student_, model_.tokenizer, task_, all < batch ? all : batch + all % batch, batch,
           precision_);
  train_steps(std::min<std::int64_t>(2, settings_.steps));
}

void Measurement::round() {
  last_ = evaluate(student_, model_.tokenizer, task_, settings_.pictures, settings_.eval_batch,
                   precision_);
  evaluation_seconds_.push_back(last_.seconds);
  names_seconds_.push_back(last_.names_seconds);
  if (settings_.steps == 0) return;
  const auto training = train_steps(settings_.steps);
  training_seconds_.push_back(training.seconds);
  teacher_seconds_.push_back(training.teacher_seconds);
  losses_ = training.losses;
}

Training Measurement::train_steps(std::int64_t steps) {
  if (steps == 0) return {};
  auto training = train(student_, model_.tokenizer, task_, nhl_, settings_, steps, precision_);
  const at::NoGradGuard no_grad;
  for (auto& [name, weight] : student_.weights()) weight.copy_(model_.weights.at(name));
  return training;
}

void Measurement::save_outputs(const std::filesystem::path& path) const {
  save_safetensors(path, {{"image_features", last_.features},
                          {"fine_logits", last_.fine_logits},
                          {"coarse_logits", last_.coarse_logits},
                          {"fine_predicted", last_.fine_predicted},
                          {"coarse_predicted", last_.coarse_predicted}});
}

json Measurement::facts() const {
  const auto flops = flops_of(model_, task_, settings_);
  const auto peak = device_peak_bytes(device_);
  return {{"fine_names", task_.taxonomy.fine.size()},
          {"coarse_names", task_.taxonomy.coarse.size()},
          {"templates", task_.templates.size()},
          {"eval_batch", settings_.eval_batch},
          {"train_batch", settings_.train_batch},
          {"flops", {{"picture", flops["picture"]}, {"prompt", flops["prompt"]}}},
          {"evaluation",
           {{"pictures", settings_.pictures},
            {"seconds", evaluation_seconds_},
            {"names_seconds", names_seconds_},
            {"pictures_per_second", per_second(settings_.pictures, evaluation_seconds_)},
            {"flops", flops["evaluation"]},
            {"fine_correct", correct(last_.fine_predicted, task_.fine)},
            {"coarse_correct", correct(last_.coarse_predicted, task_.coarse)}}},
          {"training",
           {{"steps", settings_.steps},
            {"seconds", training_seconds_},
            {"teacher_seconds", teacher_seconds_},
            {"steps_per_second", per_second(settings_.steps, training_seconds_)},
            {"flops", flops["training"]},
            {"losses", losses_}}},
          {"device_peak_bytes", peak ? json(*peak) : json()}};
}

}  // namespace lacuna::speed
