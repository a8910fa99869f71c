// Unlearning methods. Most are an Objective (a loss; the harness owns the loop); the rest are a
// Method (full control).
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "lacuna/batch.hpp"
#include "lacuna/taxonomy.hpp"

namespace lacuna {

// The proxy pictures of the concepts to forget: everything a method gets to see. No other data
// exists in its process.
struct ForgettingSet {
  at::Tensor images;  // uint8 [N, 3, H, W], RGB, at the model's size; undefined if text only
  at::Tensor fine;    // int64 [N] labels into taxonomy.fine
  at::Tensor coarse;  // int64 [N] labels into taxonomy.coarse; undefined if flat
  // bool [N]: samples whose coarse label is to be forgotten as well (goals coarse and hybrid);
  // undefined where there is none.
  at::Tensor forget_coarse = {};
  // Text only: what stands in for a picture, one text a sample ("a photo of a Samoyed."). Else empty.
  std::vector<std::string> texts = {};
  Taxonomy taxonomy;                   // all names of the dataset, the retained ones too
  std::vector<std::string> templates;  // prompts with "{}"

  std::int64_t size() const { return fine.size(0); }
};

// Weights by name, in name order. Tensors are shared, not copied, when the map is: clone() what you
// keep.
using NamedTensors = std::map<std::string, at::Tensor>;

// A loss over a batch. Constructed with its Params: `T(Params)`. [one thread per instance]
class LACUNA_EXPORT Objective {
 public:
  virtual ~Objective();

  // Once, before the first step. `generator` is the cell's own, for the purpose "method"; draw
  // nothing elsewhere.
  virtual void prepare(const ForgettingSet&, at::Generator /*generator*/) {}

  // A scalar with gradient, finite; mean over rows unless the method says otherwise. Regularisers
  // are added outside.
  virtual at::Tensor loss(const Batch& batch) const = 0;

  // The labels this objective fits, int64 [N], if it fits any (relabelling). Then the checkpoint
  // rule "train" keeps the epoch that fits them best; else, with an undefined tensor, the one with
  // the lowest forget accuracy.
  virtual at::Tensor fitted(const Batch&) const { return {}; }
};

// One of the harness's own loops over the forgetting set, for use inside a Method. Unset options
// come from the suite.
struct TrainOptions {
  double learning_rate = 0;  // 0: the suite's
  std::int64_t epochs = 0;   // 0: the suite's
  // Called after backward and before the optimiser step; may change the gradients in place. May be
  // empty.
  std::function<void(NamedTensors& gradients)> on_gradients = {};
  // bool, by name and of the weights' shapes: false entries keep their bytes, whatever gradient,
  // momentum and weight decay would do. Empty: all weights train.
  NamedTensors trainable = {};
};

// What a Method works with. Valid during run(). [one thread]
class LACUNA_EXPORT UnlearnContext {
 public:
  virtual ~UnlearnContext();

  virtual const ForgettingSet& forgetting_set() const = 0;

  // The weights being unlearned, float32, live: change them in place under at::NoGradGuard.
  virtual NamedTensors& weights() = 0;

  // Runs the harness's loop (optimiser, schedule, checkpoint rule, trajectory, NaN guard) on
  // weights() with `objective` plus the suite's KL terms. Throws Error when a loss is not finite.
  virtual void train(Objective& objective, const TrainOptions& options) = 0;

  // Gradient of sum over the forgetting set of the objective's loss, at the present weights, by
  // name.
  virtual NamedTensors gradient(Objective& objective) = 0;

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
