#include "train/gradient.hpp"

#include <ATen/ATen.h>

#include "lacuna/random.hpp"
#include "support/compute_mode.hpp"
#include "train/trained.hpp"

namespace lacuna {

NamedTensors gradient_of(Subject& subject, Objective& objective, const LoopOptions& options,
                         Over over, const at::Tensor& rows) {
  const auto& training = options.training;
  const Tf32Scope tf32(training.precision == "tf32");
  const Trained trained(subject.model().weights(), {});
  const auto clear = [&] {
    for (const auto& [name, weight] : trained.leaves()) weight.mutable_grad() = at::Tensor();
  };
  clear();
  auto prompts = make_generator(options.seed, "prompt");
  if (over == Over::forget)
    objective.prepare(subject.forget(), make_generator(options.seed, "method"));
  const auto size = over == Over::forget ? subject.forget().size : subject.retain().size;
  const BatchRows all(rows.defined() ? rows.to(at::kLong) : at::arange(size, at::kLong),
                      subject.device());
  for (std::int64_t begin = 0; begin < all.size(); begin += training.batch_size) {
    const auto prompt =
        at::randint(subject.prompts(), {1}, prompts, at::kLong).item<std::int64_t>();
    const auto part = all.slice(begin, begin + training.batch_size);
    const auto batch = subject.batch(over == Over::forget ? part : BatchRows{},
                                     over == Over::forget ? BatchRows{} : part, prompt,
                                     training.student_prompts == "ensemble");
    (checked_loss(objective, *batch, {}) * part.size()).backward();
  }
  NamedTensors out;
  for (const auto& [name, weight] : trained.leaves())
    out[name] = weight.grad().defined() ? weight.grad() : at::zeros_like(weight);
  clear();
  return out;
}

}  // namespace lacuna
