// What the tests of the training room share: a tiny random CLIP, samples to forget, objectives made
// for a test.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <stdlib.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../folders.hpp"
#include "../message_of.hpp"
#include "../tiny_model.hpp"
#include "lacuna/lacuna.hpp"
#include "plugin/registry.hpp"
#include "train/clip_batch.hpp"
#include "train/proxies.hpp"
#include "train/trajectory.hpp"
#include "train/unlearn.hpp"

namespace lacuna::testing {

// The models here are too small to share out.
inline const bool on_one_thread = (at::set_num_threads(1), true);

inline Checkpoint tiny_model(std::uint64_t seed = 1) {
  return {tiny_config(), Tokenizer({}),
          Clip::initial_weights(tiny_config(), make_generator(seed, "weights"))};
}

inline Taxonomy tiny_taxonomy() {
  return {{"ant", "bee", "cat", "dog", "elk", "fox"}, {"bug", "beast"}, {0, 0, 1, 1, 1, 1}};
}

// Plain pictures, each of its own random colour, of classes 0, 1, 2 of six, under two coarse names
// and three prompts. The fine names are to be forgotten, and `coarse_labels`; the other coarse ones
// are to be kept.
inline Samples tiny_set(std::int64_t size = 10,
                        const std::vector<std::int64_t>& coarse_labels = {}) {
  Samples set{
      .size = size, .taxonomy = tiny_taxonomy(), .templates = {"a {}.", "my {}!", "one more {}"}};
  set.images = at::randint(256, {size, 3, 1, 1}, make_generator(5, "pictures"), at::kByte)
                   .expand({size, 3, 8, 8})
                   .contiguous();
  ask_to_forget(set, at::arange(size, at::kLong).remainder(3), coarse_labels);
  return set;
}

// Pictures of the other classes, of which every name is to be kept.
inline Samples granted_set(std::int64_t size = 6) {
  auto set = tiny_set(size);
  set.images = 255 - set.images;
  ask_to_keep(set, at::arange(size, at::kLong).remainder(3) + 3);
  return set;
}

// The fine labels of samples to forget.
inline const at::Tensor& fine_targets(const Samples& set) { return set.forget.at(0).target; }

// The same without coarse names.
inline Samples flat(Samples set) {
  set.taxonomy.coarse.clear();
  set.taxonomy.parent.clear();
  const auto fine = fine_targets(set);
  ask_to_forget(set, fine);
  return set;
}

// What a batch of such samples asks.
inline const Question& fine_of(const Batch& batch) {
  return *find_question(batch.forget(), "fine");
}
inline const Question& coarse_of(const Batch& batch) {
  return *find_question(batch.keep(), "coarse");
}

inline TrainingConfig tiny_training() {
  TrainingConfig training;
  training.learning_rate = 1e-3;
  training.epochs = 3;
  training.batch_size = 4;
  return training;
}

inline UnlearnJob tiny_job() {
  UnlearnJob job;
  job.training = tiny_training();
  job.seed = 7;
  return job;
}

inline const Entry& method(const std::string& id) {
  static auto& registry = *[] {
    auto* all = new Registry;
    for (const char* name : {"ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun",
                             "scrub", "ssd", "rmu", "ccup", "pcgrad", "quantise", "relearn"})
      all->load(std::filesystem::path(LACUNA_PLUGIN_DIR) / (std::string(name) + ".so"));
    return all;
  }();
  return *registry.find(Kind::method, id).entry;
}

inline bool equal(const NamedTensors& a, const NamedTensors& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a)
    if (!b.contains(name) || !tensor.equal(b.at(name))) return false;
  return true;
}

inline double largest_difference(const NamedTensors& a, const NamedTensors& b) {
  double largest = 0;
  for (const auto& [name, tensor] : a)
    largest = std::max(largest, (tensor - b.at(name)).abs().max().item<double>());
  return largest;
}

// An objective whose loss a test writes as a function of the batch and of the number of calls
// before.
class Scripted : public Objective {
 public:
  using Params = NoParams;
  using Script = std::function<at::Tensor(const Batch&, std::int64_t call)>;
  static inline Script script;  // set by the test before the run
  explicit Scripted(Params) {}
  at::Tensor loss(const Batch& batch, const Moment&) override { return script(batch, calls_++); }

 private:
  std::int64_t calls_ = 0;
};

inline const Entry& scripted(Scripted::Script script) {
  static const Entry entry =
      objective<Scripted>({.id = "scripted", .version = "1.0.0", .summary = "s", .citation = ""});
  Scripted::script = std::move(script);
  return entry;
}

// A method whose run() a test writes.
class ScriptedMethod : public Method {
 public:
  using Params = NoParams;
  static inline std::function<void(UnlearnContext&)> script;
  explicit ScriptedMethod(Params) {}
  void run(UnlearnContext& context) override { script(context); }
};

inline const Entry& scripted_method(std::function<void(UnlearnContext&)> script) {
  static const Entry entry = lacuna::method<ScriptedMethod>(
      {.id = "scripted", .version = "1.0.0", .summary = "s", .citation = ""});
  ScriptedMethod::script = std::move(script);
  return entry;
}

}  // namespace lacuna::testing
