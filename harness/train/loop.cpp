#include "train/loop.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lacuna/optimizer.hpp"
#include "lacuna/random.hpp"
#include "support/compute_mode.hpp"
#include "train/best_epoch.hpp"
#include "train/frozen.hpp"
#include "train/kl_terms.hpp"

namespace lacuna {
namespace {

// Rows of the set to train on and, under checkpoint = validation, rows held out.
struct Rows {
  at::Tensor train, held_out;  // int64, CPU
};

Rows split_rows(std::int64_t size, const LoopOptions& options) {
  if (options.training.checkpoint != "validation") return {at::arange(size, at::kLong), {}};
  const auto held_out = std::max<std::int64_t>(
      1,
      static_cast<std::int64_t>(static_cast<double>(size) * options.training.validation_fraction));
  if (held_out >= size)
    throw ConfigError("training.checkpoint: validation needs at least two pictures");
  const auto order = at::randperm(size, make_generator(options.seed, "validation"), at::kLong);
  return {std::get<0>(order.slice(0, held_out).sort()), order.slice(0, 0, held_out)};
}

at::Tensor checked_loss(const Objective& objective, const Batch& batch) {
  auto loss = objective.loss(batch);
  if (!loss.defined() || loss.dim() != 0 || !loss.requires_grad())
    throw Error("loss(): did not return a scalar with gradient");
  return loss;
}

at::Tensor right(const at::Tensor& logits, const at::Tensor& target) {
  return logits.argmax(1).eq(target);
}

at::Tensor hits(const at::Tensor& logits, const at::Tensor& target) {
  return right(logits, target).sum();
}

StepRecord record_of(const ClipBatch& batch, const at::Tensor& fitted) {
  at::NoGradGuard no_grad;
  StepRecord record;
  const auto logits = batch.student(Level::fine), target = batch.target(Level::fine);
  record.rows = target.size(0);
  record.forgotten = hits(logits, target);
  if (fitted.defined()) record.fitted = hits(logits, fitted);
  record.agreeing = hits(without_target(logits, target),
                         without_target(batch.teacher(Level::fine), target).argmax(1));
  if (!batch.has(Level::coarse)) return record;
  const auto coarse = right(batch.student(Level::coarse), batch.target(Level::coarse));
  record.coarse_right = coarse.sum();
  if (const auto gone = batch.forgets_coarse(); gone.defined()) {
    record.coarse_gone = gone.sum();
    record.forgotten_coarse = coarse.logical_and(gone).sum();
    record.coarse_right = record.coarse_right - record.forgotten_coarse;
  }
  return record;
}

// What the checkpoint rule goes by: the mean of the accuracies that are to fall.
double forget_accuracy(const EpochCounts& counts) {
  const auto share = [](std::int64_t correct, std::int64_t n) {
    return static_cast<double>(correct) / static_cast<double>(n);
  };
  const double fine = share(counts.forgotten, counts.rows);
  if (counts.coarse_gone == 0) return fine;
  return (fine + share(counts.forgotten_coarse, counts.coarse_gone)) / 2;
}

double held_out_accuracy(const ClipBatches& batches, const BatchRows& rows) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;  // forgotten, coarse ones forgotten, coarse ones to forget
  constexpr std::int64_t chunk = 256;
  for (std::int64_t begin = 0; begin < rows.size(); begin += chunk) {
    const ClipBatch batch(batches, rows.slice(begin, begin + chunk), 0, /*all_templates=*/true);
    const auto record = record_of(batch, {});
    const auto none = at::zeros_like(record.forgotten);
    const bool coarse = record.coarse_gone.defined();
    parts.push_back(at::stack({record.forgotten, coarse ? record.forgotten_coarse : none,
                               coarse ? record.coarse_gone : none}));
  }
  const auto sums = at::stack(parts).sum(0).cpu();
  const auto sum = sums.accessor<std::int64_t, 1>();
  return forget_accuracy({.forgotten = sum[0],
                          .rows = rows.size(),
                          .forgotten_coarse = sum[1],
                          .coarse_gone = sum[2]});
}

// The weights as leaves that record gradients. A method may have put other tensors into the map.
std::vector<at::Tensor> trainable(Clip& student) {
  std::vector<at::Tensor> out;
  for (auto& [name, weight] : student.weights()) {
    if (!weight.is_leaf() || weight.scalar_type() != at::kFloat)
      weight = weight.detach().to(at::kFloat);
    out.push_back(weight.requires_grad_(true));
  }
  return out;
}

NamedTensors gradients_of(const Clip& student) {
  NamedTensors out;
  for (const auto& [name, weight] : student.weights())
    if (weight.grad().defined()) out[name] = weight.grad();
  return out;
}

// Copies the weights into `kept`, into the tensors of an earlier epoch where there are any.
void keep(const Clip& student, NamedTensors& kept) {
  at::NoGradGuard no_grad;
  for (const auto& [name, weight] : student.weights()) {
    if (auto& place = kept[name]; place.defined()) {
      place.copy_(weight);
    } else {
      place = weight.detach().clone();
    }
  }
}

}  // namespace

void run_loop(Clip& student, const ClipBatches& batches, Objective& objective,
              const LoopOptions& options, const TrainOptions& given, Trajectory& trajectory) {
  auto training = options.training;
  if (given.learning_rate > 0) training.learning_rate = given.learning_rate;
  if (given.epochs > 0) training.epochs = given.epochs;
  const Tf32Scope tf32(training.precision == "tf32");  // the backward pass, too
  const auto device = batches.set().fine.device();
  const auto rows = split_rows(batches.set().size(), options);
  const auto steps = (rows.train.size(0) + training.batch_size - 1) / training.batch_size;
  const bool all_templates = training.student_prompts == "ensemble";
  auto order = make_generator(options.seed, "order");
  auto prompts = make_generator(options.seed, "prompt");
  objective.prepare(batches.set(), make_generator(options.seed, "method"));

  AdamW optimizer(trainable(student), {.learning_rate = training.learning_rate,
                                       .beta1 = training.beta1,
                                       .beta2 = training.beta2,
                                       .eps = training.eps,
                                       .weight_decay = training.weight_decay});
  Frozen frozen(student, given.trainable);
  trajectory.begin(steps * training.epochs, device.is_cpu());
  BestEpoch best;
  NamedTensors kept;
  std::optional<BatchRows> held_out;
  if (rows.held_out.defined()) held_out.emplace(rows.held_out, device);
  // Whether the first batch's fitted labels are the true ones: bool, on the device.
  std::optional<at::Tensor> fits_truth;
  for (std::int64_t epoch = 0; epoch < training.epochs; ++epoch) {
    const double rate = training.learning_rate * cosine_factor(epoch, training.epochs);
    optimizer.set_learning_rate(rate);
    const BatchRows shuffled(
        rows.train.index_select(0, at::randperm(rows.train.size(0), order, at::kLong)), device);
    const auto drawn = at::randint(batches.templates(), {steps}, prompts, at::kLong);
    bool fits = false;
    for (std::int64_t step = 0; step < steps; ++step) {
      const auto begin = step * training.batch_size;
      const ClipBatch batch(batches, shuffled.slice(begin, begin + training.batch_size),
                            drawn[step].item<std::int64_t>(), all_templates);
      optimizer.zero_grad();
      const auto own = checked_loss(objective, batch);
      const auto kl = kl_terms(batch, options.kl);
      auto loss = own;
      if (kl.coarse.defined()) loss = loss + options.kl.coarse * kl.coarse;
      if (kl.fine.defined()) loss = loss + options.kl.fine * kl.fine;
      const auto fitted = objective.fitted(batch);
      fits = fitted.defined();
      if (!fits_truth)
        fits_truth = fits ? fitted.eq(batch.target(Level::fine)).all() : at::Tensor();
      auto record = record_of(batch, fitted);
      record.loss = loss, record.objective = own;
      record.kl_coarse = kl.coarse, record.kl_fine = kl.fine;
      loss.backward();
      if (given.on_gradients) {
        at::NoGradGuard no_grad;
        auto gradients = gradients_of(student);
        given.on_gradients(gradients);
      }
      optimizer.step();
      frozen.restore();
      trajectory.add(std::move(record), epoch, rate);
    }

    const auto counts = trajectory.end_epoch();
    const auto share = [&](std::int64_t n) { return static_cast<double>(n) / counts.rows; };
    nlohmann::json entry{{"epoch", epoch},
                         {"learning_rate", rate},
                         {"loss", counts.loss / counts.steps},
                         {"forget_accuracy", share(counts.forgotten)}};
    if (counts.coarse_gone > 0)
      entry["forget_coarse_accuracy"] =
          static_cast<double>(counts.forgotten_coarse) / static_cast<double>(counts.coarse_gone);
    if (fits) entry["fitted_accuracy"] = share(counts.fitted);
    double accuracy = fits ? share(counts.fitted) : forget_accuracy(counts);
    auto aim = fits ? BestEpoch::Aim::highest : BestEpoch::Aim::lowest;
    if (held_out) {
      accuracy = held_out_accuracy(batches, *held_out);
      const bool true_labels = fits_truth->defined() && fits_truth->item<bool>();
      aim = true_labels ? BestEpoch::Aim::highest : BestEpoch::Aim::lowest;
      entry["validation_accuracy"] = accuracy;
    }
    trajectory.add_epoch(std::move(entry));
    const bool last = epoch + 1 == training.epochs;
    if (training.checkpoint == "last" || !best.offer(epoch, accuracy, aim)) continue;
    // The last epoch's weights are in place already: no copy of them is needed.
    if (last) {
      kept.clear();
    } else {
      keep(student, kept);
    }
  }
  optimizer.zero_grad();
  trajectory.set_kept(kept.empty() ? training.epochs - 1 : best.kept());
  at::NoGradGuard no_grad;
  for (auto& [name, weight] : kept) student.weights()[name].copy_(weight);
}

NamedTensors set_gradient(Clip& student, const ClipBatches& batches, Objective& objective,
                          const LoopOptions& options) {
  const auto& training = options.training;
  const Tf32Scope tf32(training.precision == "tf32");
  for (auto& weight : trainable(student)) weight.mutable_grad().reset();
  auto prompts = make_generator(options.seed, "prompt");
  objective.prepare(batches.set(), make_generator(options.seed, "method"));
  const BatchRows rows(at::arange(batches.set().size(), at::kLong), batches.set().fine.device());
  for (std::int64_t begin = 0; begin < rows.size(); begin += training.batch_size) {
    const auto prompt =
        at::randint(batches.templates(), {1}, prompts, at::kLong).item<std::int64_t>();
    const ClipBatch batch(batches, rows.slice(begin, begin + training.batch_size), prompt,
                          training.student_prompts == "ensemble");
    (checked_loss(objective, batch) * batch.index().size(0)).backward();
  }
  NamedTensors out;
  for (auto& [name, weight] : student.weights()) {
    out[name] = weight.grad().defined() ? weight.grad() : at::zeros_like(weight);
    weight.mutable_grad().reset();
  }
  return out;
}

}  // namespace lacuna
