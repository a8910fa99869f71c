// What a loop moves: the model's weights, or a method's own parameters that make weights.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "lacuna/method.hpp"

namespace lacuna {

// Refers to the model's weights. Once made, the weights that do not train record no gradients;
// finish() or the destructor gives all of them back as leaves. [one thread]
class Trained {
 public:
  // Throws Error: parameters that are no float32 leaves, one of parameters and compose without the
  // other, a mask beside them.
  Trained(NamedTensors& weights, const TrainOptions& options);
  ~Trained();
  Trained(const Trained&) = delete;
  Trained& operator=(const Trained&) = delete;

  // The tensors that an optimiser moves, by name.
  const NamedTensors& leaves() const { return leaves_; }
  // Puts the weights that the leaves make now into the model, with gradient where grad mode is on.
  void compose();
  // Gradients of the leaves that have one, by name.
  NamedTensors gradients() const;
  // Copies the leaves into `kept`, into its tensors where there are any; and back.
  void save(NamedTensors& kept) const;
  void restore(const NamedTensors& kept);
  // The model's weights are leaves again, with the values that they have now.
  void finish();

 private:
  NamedTensors& weights_;
  std::function<NamedTensors(const NamedTensors&)> compose_;
  NamedTensors leaves_, base_;
};

}  // namespace lacuna
