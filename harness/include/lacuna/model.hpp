// The model being unlearned, as a method sees it: weights, layers, and abilities beside them.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/samples.hpp"

namespace lacuna {

// Weights by name, in name order. Tensors are shared, not copied, when the map is: clone() what you
// keep.
using NamedTensors = std::map<std::string, at::Tensor>;

// [one thread]
class LACUNA_EXPORT Model {
 public:
  virtual ~Model();

  virtual std::string family() const = 0;  // "clip", "causal_lm"

  // float32, live: change them in place under at::NoGradGuard. Names are those of docs/models.md.
  virtual NamedTensors& weights() = 0;

  // Layers whose output hidden() gives, in forward order ("visual.0", …, "text.0", …).
  virtual std::vector<std::string> layers() const = 0;
  // What `layer` makes of the samples `rows` (int64 [R], of `samples`): float32 [R, P, W] over P
  // places (patches, positions of a feature map, tokens), with gradient where grad mode is on.
  // Throws Error for a layer that is not there, or that these samples do not pass.
  virtual at::Tensor hidden(const Samples& samples, const at::Tensor& rows,
                            const std::string& layer) = 0;
};

// Ability: texts into the space that classes and pictures are compared in.
class LACUNA_EXPORT EmbedsText {
 public:
  virtual ~EmbedsText();
  // [N, E], each of Euclidean length 1, with gradient where grad mode is on.
  virtual at::Tensor embed_texts(const std::vector<std::string>& texts) = 0;
  // The weight [W, E] that ends the text tower: an embedding is a multiple of h @ W.
  virtual std::string text_projection() const = 0;
};

// The ability of a model, or an Error that says which one it lacks.
template <class T>
T& ability(Model& model, const char* name) {
  auto* found = dynamic_cast<T*>(&model);
  if (!found) throw Error(model.family() + ": the model has no ability '" + name + "'");
  return *found;
}

}  // namespace lacuna
