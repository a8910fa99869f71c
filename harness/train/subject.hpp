// What is being unlearned, whatever its family: a model, its samples, and how batches of them are
// asked. The loop and a method's context are written against this.
#pragma once

#include <cstdint>
#include <memory>

#include "lacuna/batch.hpp"
#include "lacuna/model.hpp"
#include "lacuna/samples.hpp"
#include "train/batch_rows.hpp"

namespace lacuna {

// [one thread]
class Subject {
 public:
  virtual ~Subject() = default;

  virtual Model& model() = 0;
  // The model as it was before unlearning, frozen and on the same device; made at the first call.
  virtual Model& original() = 0;
  virtual const Samples& forget() const = 0;
  virtual const Samples& retain() const = 0;  // size 0: none granted
  virtual c10::Device device() const = 0;

  // Ways to ask the questions, of which a step draws one: prompt templates.
  virtual std::int64_t prompts() const = 0;
  // One step's batch under `prompt`, or under all of them together. Either rows may be empty. Not
  // for longer than the subject.
  virtual std::unique_ptr<Batch> batch(const BatchRows& forget, const BatchRows& retain,
                                       std::int64_t prompt, bool all_prompts) const = 0;

  // Throws ConfigError for weights that are no model of this kind: missing, extra or misshapen.
  virtual void check(const NamedTensors& weights) const = 0;
};

}  // namespace lacuna
