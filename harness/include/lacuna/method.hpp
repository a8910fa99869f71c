// Unlearning methods. Most are an Objective (a loss; the harness owns the loop); the rest are a
// Method (full control, with the same building blocks).
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/batch.hpp"
#include "lacuna/model.hpp"
#include "lacuna/samples.hpp"

namespace lacuna {

// Where in one of the harness's loops a step stands.
struct Moment {
  std::int64_t step = 0, steps = 1;    // from 0, over all epochs of the loop
  std::int64_t epoch = 0, epochs = 1;  // from 0
};

// A loss over a batch. Constructed with its Params: `T(Params)`. [one thread per instance]
class LACUNA_EXPORT Objective {
 public:
  virtual ~Objective();

  // Before the first step of a loop over the forgetting set. `generator` is the cell's own, for the
  // purpose "method", the same at every call; draw nothing elsewhere.
  virtual void prepare(const Samples& /*forget*/, at::Generator /*generator*/) {}

  // A scalar with gradient, finite; mean over samples unless the method says otherwise.
  // Regularisers are added outside.
  virtual at::Tensor loss(const Batch& batch, const Moment& now) = 0;

  // The answers this objective fits, int64 [R], if it fits any (relabelling); asked for the first
  // question to forget. Then the checkpoint rule "train" keeps the epoch that fits them best; else,
  // with an undefined tensor, the one with the lowest forget accuracy.
  virtual at::Tensor fitted(const Question&) { return {}; }
};

// Which samples a loop goes over.
enum class Over { forget, retain };

// What goes on where an earlier loop stopped: the optimiser's moments, the draws of order and
// prompts, the count of epochs. Made empty; filled by the first train() that gets it, for use with
// the same parameters only.
struct TrainState {
  std::shared_ptr<void> inner;  // the harness's
};

// One of the harness's own loops, for use inside a Method. Unset options come from the suite.
struct TrainOptions {
  std::string name = {};        // of this phase, for the trajectory; empty: none
  double learning_rate = 0;     // 0: the suite's
  std::int64_t epochs = 0;      // 0: the suite's
  std::int64_t batch_size = 0;  // 0: the suite's
  double weight_decay = -1;     // negative: the suite's
  std::string checkpoint = {};  // "train" | "last" | …; empty: the suite's
  bool regularised = true;      // whether the suite's KL terms are added
  Over over = Over::forget;     // retain: batches of retain samples, whose forget side is empty
  std::int64_t schedule = 0;    // epochs that the cosine spans; 0: those of this loop
  TrainState* state = nullptr;  // goes on from here, and leaves it for the next call

  // A second objective over the same batch: its gradient, by name, is handed to `merge` beside that
  // of the first (with regularisers), which becomes the step's. Both or none.
  Objective* second = nullptr;
  std::function<void(NamedTensors& first, const NamedTensors& second)> merge = {};

  // Called after backward and before the optimiser's step; may change the gradients in place.
  std::function<void(NamedTensors& gradients, const Moment& now)> before_step = {};
  // Called after the optimiser's step, without gradients; may change weights in place.
  std::function<void(const Moment& now)> after_step = {};

  // bool, by name and of the weights' shapes: false entries keep their bytes, whatever gradient,
  // momentum and weight decay would do. Empty: all weights train.
  NamedTensors trainable = {};

  // Trains these (float32 leaves, changed in place) in place of the weights; `compose` gives, with
  // gradient, the weights that they change (LoRA: W + s B A), the others stay. After the loop the
  // model's weights are the composed ones. Both or none.
  NamedTensors parameters = {};
  std::function<NamedTensors(const NamedTensors& parameters)> compose = {};
};

// What a Method works with. Valid during run(). [one thread]
class LACUNA_EXPORT UnlearnContext {
 public:
  virtual ~UnlearnContext();

  // The proxies of what is to be forgotten, and samples to be kept, of which there are none
  // (size 0) unless the request grants them. No other data exists in a method's process.
  virtual const Samples& forget() const = 0;
  virtual const Samples& retain() const = 0;

  // The model being unlearned. weights() is short for model().weights().
  virtual Model& model() = 0;
  NamedTensors& weights() { return model().weights(); }
  // A further model, frozen; "original" is the model before unlearning. The same object at every
  // call. Throws ConfigError for a name that is not there.
  virtual Model& open(const std::string& name) = 0;

  // A batch of these samples (int64, any device), with its graph: forward passes run when a
  // question is first asked. Prompts are drawn from the cell's generator "method/batch". `retain`
  // may be undefined.
  virtual std::unique_ptr<Batch> batch(const at::Tensor& forget, const at::Tensor& retain = {}) = 0;

  // Runs the harness's loop (optimiser, schedule, checkpoint rule, trajectory, NaN guard) on the
  // model with `objective` plus the suite's KL terms. Throws Error when a loss is not finite.
  virtual void train(Objective& objective, const TrainOptions& options) = 0;

  // Gradient, by name, of the sum over the samples `rows` (int64; undefined: all) of the
  // objective's loss at the present weights, in batches of the suite's size. One sample asked for
  // alone gives that sample's own gradient.
  virtual NamedTensors gradient(Objective& objective, Over over = Over::forget,
                                const at::Tensor& rows = {}) = 0;

  // What the suite says of training: how many epochs a loop has.
  virtual std::int64_t epochs() const = 0;

  // The cell's generator for a purpose of the method's own ("mask", "noise"). The same at every
  // call with one name.
  virtual at::Generator generator(const std::string& purpose) = 0;

  // A number for the trajectory of this run, shown live and stored. Finite.
  virtual void log(const std::string& name, double value) = 0;
};

// Constructed with its Params: `T(Params)`. Leaves the unlearned weights in context.weights(). [one
// thread per instance]
class LACUNA_EXPORT Method {
 public:
  virtual ~Method();
  virtual void run(UnlearnContext& context) = 0;
};

}  // namespace lacuna
