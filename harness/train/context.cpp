#include "train/context.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "train/gradient.hpp"

namespace lacuna {
namespace {

BatchRows rows_of(const at::Tensor& rows, const Samples& samples, const char* what,
                  c10::Device device) {
  if (!rows.defined()) return {};
  BatchRows out(rows.to(at::kLong).flatten(), device);
  const auto& host = out.on_host;
  if (host.lt(0).logical_or(host.ge(samples.size)).any().item<bool>())
    throw Error(fmt::format("batch: a {} sample outside [0, {})", what, samples.size));
  return out;
}

}  // namespace

TrainContext::TrainContext(Subject& subject, const LoopOptions& options, Trajectory& trajectory)
    : subject_(subject),
      options_(options),
      trajectory_(trajectory),
      prompts_(make_generator(options.seed, "method/batch")) {}

Model& TrainContext::open(const std::string& name) {
  if (name == "original") return subject_.original();
  throw ConfigError(fmt::format("open: no model '{}' is at hand (there is 'original')", name));
}

std::unique_ptr<Batch> TrainContext::batch(const at::Tensor& forget, const at::Tensor& retain) {
  const auto device = subject_.device();
  const auto prompt =
      at::randint(subject_.prompts(), {1}, prompts_, at::kLong).item<std::int64_t>();
  return subject_.batch(rows_of(forget, subject_.forget(), "forget", device),
                        rows_of(retain, subject_.retain(), "retain", device), prompt,
                        options_.training.student_prompts == "ensemble");
}

void TrainContext::train(Objective& objective, const TrainOptions& given) {
  run_loop(subject_, objective, options_, given, trajectory_);
}

NamedTensors TrainContext::gradient(Objective& objective, Over over, const at::Tensor& rows) {
  return gradient_of(subject_, objective, options_, over, rows);
}

at::Generator TrainContext::generator(const std::string& purpose) {
  return make_generator(options_.seed, "method/" + purpose);
}

}  // namespace lacuna
