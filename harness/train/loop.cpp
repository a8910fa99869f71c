#include "train/loop.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <memory>
#include <optional>

#include "lacuna/optimizer.hpp"
#include "lacuna/random.hpp"
#include "support/compute_mode.hpp"
#include "train/best_epoch.hpp"
#include "train/frozen.hpp"
#include "train/held_out.hpp"
#include "train/kl_terms.hpp"
#include "train/loop_state.hpp"
#include "train/lora.hpp"
#include "train/trained.hpp"

namespace lacuna {
namespace {

std::vector<at::Tensor> values(const NamedTensors& tensors) {
  std::vector<at::Tensor> out;
  for (const auto& [name, tensor] : tensors) out.push_back(tensor);
  return out;
}

// The suite's settings with the method's over them.
TrainingConfig settled(TrainingConfig training, const TrainOptions& given) {
  if (given.learning_rate > 0) training.learning_rate = given.learning_rate;
  if (given.epochs > 0) training.epochs = given.epochs;
  if (given.batch_size > 0) training.batch_size = given.batch_size;
  if (given.weight_decay >= 0) training.weight_decay = given.weight_decay;
  if (!given.checkpoint.empty()) training.checkpoint = given.checkpoint;
  // Nothing is to be forgotten among retain samples: no accuracy that could tell epochs apart.
  if (given.over == Over::retain) training.checkpoint = "last";
  return training;
}

std::shared_ptr<LoopState> state_of(const TrainOptions& given) {
  return given.state ? std::static_pointer_cast<LoopState>(given.state->inner) : nullptr;
}

TrainOptions with_lora(TrainOptions given, Subject& subject, const LoopOptions& options) {
  if (options.training.lora_rank == 0) return given;
  if (const auto state = state_of(given)) {
    given.parameters = state->adapters;
    given.compose = state->compose;
    return given;
  }
  add_lora(given, subject.model().weights(), options.training,
           make_generator(options.seed, "lora"));
  return given;
}

class Loop {
 public:
  Loop(Subject& subject, Objective& objective, const LoopOptions& options,
       const TrainOptions& given, Trajectory& trajectory)
      : subject_(subject),
        objective_(objective),
        options_(options),
        given_(with_lora(given, subject, options)),
        trajectory_(trajectory),
        training_(settled(options.training, given)),
        trained_(subject.model().weights(), given_),
        frozen_(subject.model().weights(), given_.trainable),
        best_(training_.checkpoint == "released"),
        over_retain_(given.over == Over::retain) {
    if (static_cast<bool>(given.second) != static_cast<bool>(given.merge))
      throw Error("train: a second objective and merge belong together (one of them is missing)");
    split();
    steps_ = (rows_.size(0) + training_.batch_size - 1) / training_.batch_size;
    if (!over_retain_) objective_.prepare(subject.forget(), make_generator(options.seed, "method"));
    take_up_state();
  }

  void run() {
    LoopPlan plan{.steps = steps_ * training_.epochs,
                  .name = given_.name,
                  .on_cpu = subject_.device().is_cpu()};
    for (const auto& labels : subject_.forget().forget) plan.forget.push_back(labels.question);
    trajectory_.begin(std::move(plan));
    for (std::int64_t epoch = 0; epoch < training_.epochs; ++epoch) {
      run_epoch(epoch);
      end_epoch(epoch);
    }
    finish();
  }

 private:
  void split() {
    const auto size = over_retain_ ? subject_.retain().size : subject_.forget().size;
    if (size == 0)
      throw Error("train: the request grants no retain samples (say so in the plugin's needs)");
    rows_ = at::arange(size, at::kLong);
    if (training_.checkpoint != "validation") return;
    auto parts = split_rows(size, training_.validation_fraction, options_.seed);
    rows_ = parts.train;
    held_out_.emplace(parts.held_out, subject_.device());
  }

  void take_up_state() {
    const auto leaves = values(trained_.leaves());
    if (auto kept = state_of(given_)) {
      bool same = kept->leaves.size() == leaves.size();
      for (std::size_t i = 0; same && i < leaves.size(); ++i)
        same = kept->leaves[i].is_same(leaves[i]);
      if (!same)
        throw Error("train: the state belongs to other tensors (the same weights or parameters)");
      state_ = std::move(kept);
      return;
    }
    const auto seed = options_.seed;
    const AdamWOptions adam{.learning_rate = training_.learning_rate,
                            .beta1 = training_.beta1,
                            .beta2 = training_.beta2,
                            .eps = training_.eps,
                            .weight_decay = training_.weight_decay};
    state_ = std::make_shared<LoopState>(LoopState{
        AdamW(leaves, adam), leaves, make_generator(seed, "order"), make_generator(seed, "prompt"),
        RetainDraw(subject_.retain().size, subject_.device(), make_generator(seed, "retain"))});
    if (options_.training.lora_rank > 0) {
      state_->adapters = given_.parameters;
      state_->compose = given_.compose;
    }
    if (given_.state) given_.state->inner = state_;
  }

  void run_epoch(std::int64_t epoch) {
    const auto span = given_.schedule > 0 ? given_.schedule : training_.epochs;
    // The schedule counts the epochs of all loops that share a state.
    const auto place = given_.schedule > 0 ? state_->epochs : epoch;
    rate_ = training_.learning_rate * cosine_factor(place, span);
    state_->optimizer.set_learning_rate(rate_);
    const auto order = at::randperm(rows_.size(0), state_->order, at::kLong);
    const BatchRows shuffled(rows_.index_select(0, order), subject_.device());
    const auto drawn = at::randint(subject_.prompts(), {steps_}, state_->prompts, at::kLong);
    const auto retained = over_retain_ ? BatchRows() : state_->retain.next(rows_.size(0));
    for (std::int64_t step = 0; step < steps_; ++step) {
      const auto begin = step * training_.batch_size;
      const Moment now{.step = epoch * steps_ + step,
                       .steps = training_.epochs * steps_,
                       .epoch = epoch,
                       .epochs = training_.epochs};
      const auto rows = shuffled.slice(begin, begin + training_.batch_size);
      const auto beside = retained.slice(begin, begin + training_.batch_size);
      run_step(over_retain_ ? beside : rows, over_retain_ ? rows : beside,
               drawn[step].item<std::int64_t>(), now);
    }
    ++state_->epochs;
  }

  void run_step(const BatchRows& forget, const BatchRows& retain, std::int64_t prompt,
                const Moment& now) {
    state_->optimizer.zero_grad();
    trained_.compose();
    const auto batch =
        subject_.batch(forget, retain, prompt, training_.student_prompts == "ensemble");
    auto [loss, record] = loss_of(*batch, now);
    NamedTensors second;
    if (given_.second) second = second_gradient(*batch, now);
    loss.backward();
    {
      at::NoGradGuard no_grad;
      if (given_.merge || given_.before_step) {
        auto gradients = trained_.gradients();
        if (given_.merge) given_.merge(gradients, second);
        if (given_.before_step) given_.before_step(gradients, now);
      }
    }
    state_->optimizer.step();
    frozen_.restore();
    if (given_.after_step) {
      at::NoGradGuard no_grad;
      given_.after_step(now);
    }
    trajectory_.add(std::move(record), now.epoch, rate_);
  }

  std::pair<at::Tensor, StepRecord> loss_of(const Batch& batch, const Moment& now) {
    const auto own = checked_loss(objective_, batch, now);
    const auto kl = given_.regularised ? kl_terms(batch, options_.kl) : KlTerms{};
    auto loss = own;
    if (kl.coarse.defined()) loss = loss + options_.kl.coarse * kl.coarse;
    if (kl.fine.defined()) loss = loss + options_.kl.fine * kl.fine;
    const auto side = batch.forget();
    at::Tensor fitted;
    if (!side.questions.empty()) {
      fitted = objective_.fitted(*side.questions.front());
      if (!fits_truth_)
        fits_truth_ =
            fitted.defined() ? fitted.eq(side.questions.front()->target()).all() : at::Tensor();
    }
    fits_ = fitted.defined();
    auto record = record_of(batch, subject_.forget().forget, fitted);
    record.loss = loss, record.objective = own;
    record.kl_coarse = kl.coarse, record.kl_fine = kl.fine;
    return {loss, std::move(record)};
  }

  // Leaves no gradient behind, and the batch's graph for the first objective.
  NamedTensors second_gradient(const Batch& batch, const Moment& now) {
    checked_loss(*given_.second, batch, now).backward({}, /*retain_graph=*/true);
    auto out = trained_.gradients();
    state_->optimizer.zero_grad();
    return out;
  }

  void end_epoch(std::int64_t epoch) {
    const auto counts = trajectory_.end_epoch();
    const bool of_steps = training_.checkpoint == "released";
    nlohmann::json entry{{"epoch", epoch},
                         {"learning_rate", rate_},
                         {"loss", counts.loss / static_cast<double>(counts.steps)}};
    const auto& labels = subject_.forget().forget;
    for (std::size_t i = 0; i < counts.forget.size() && !over_retain_; ++i) {
      const auto& asked = counts.forget[i];
      if (asked.rows == 0) continue;
      entry[accuracy_name(i, labels[i].question)] = forget_accuracy({asked});
    }
    double accuracy = over_retain_ ? 0 : forget_accuracy(counts.forget, of_steps);
    auto aim = BestEpoch::Aim::lowest;
    if (fits_) {
      const auto& first = counts.forget.front();
      const double fitted = static_cast<double>(counts.fitted) / static_cast<double>(first.rows);
      entry["fitted_accuracy"] = fitted;
      accuracy =
          of_steps ? counts.fitted_step_accuracies / static_cast<double>(first.steps) : fitted;
      aim = BestEpoch::Aim::highest;
    }
    if (held_out_) {
      at::NoGradGuard no_grad;
      trained_.compose();
      accuracy = held_out_accuracy(subject_, *held_out_);
      const bool true_labels = fits_truth_->defined() && fits_truth_->item<bool>();
      aim = true_labels ? BestEpoch::Aim::highest : BestEpoch::Aim::lowest;
      entry["validation_accuracy"] = accuracy;
    }
    trajectory_.add_epoch(std::move(entry));
    keep(epoch, accuracy, aim);
  }

  void keep(std::int64_t epoch, double accuracy, BestEpoch::Aim aim) {
    if (training_.checkpoint == "last" || !best_.offer(epoch, accuracy, aim)) return;
    // The last epoch's weights are in place already: no copy of them is needed.
    if (epoch + 1 == training_.epochs) {
      kept_.clear();
    } else {
      trained_.save(kept_);
    }
  }

  void finish() {
    state_->optimizer.zero_grad();
    trajectory_.set_kept(kept_.empty() ? training_.epochs - 1 : best_.kept());
    trained_.restore(kept_);
    at::NoGradGuard no_grad;
    trained_.compose();
    trained_.finish();
  }

  Subject& subject_;
  Objective& objective_;
  const LoopOptions& options_;
  const TrainOptions given_;
  Trajectory& trajectory_;
  const TrainingConfig training_;
  Trained trained_;
  Frozen frozen_;
  BestEpoch best_;
  const bool over_retain_;
  at::Tensor rows_;  // int64, CPU
  std::optional<BatchRows> held_out_;
  std::int64_t steps_ = 0;
  std::shared_ptr<LoopState> state_;
  double rate_ = 0;
  bool fits_ = false;
  // Whether the first batch's fitted answers are the true ones: bool, on the device.
  std::optional<at::Tensor> fits_truth_;
  NamedTensors kept_;
};

}  // namespace

at::Tensor checked_loss(Objective& objective, const Batch& batch, const Moment& now) {
  auto loss = objective.loss(batch, now);
  if (!loss.defined() || loss.dim() != 0 || !loss.requires_grad())
    throw Error("loss(): did not return a scalar with gradient");
  return loss;
}

void run_loop(Subject& subject, Objective& objective, const LoopOptions& options,
              const TrainOptions& given, Trajectory& trajectory) {
  const Tf32Scope tf32(options.training.precision == "tf32");  // the backward pass, too
  Loop(subject, objective, options, given, trajectory).run();
}

}  // namespace lacuna
