// Unlearning runs of every kind, small enough to do each on two devices.
#pragma once

#include <ATen/Context.h>

#include "../train/fixtures.hpp"
#include "model/clip/zero_shot.hpp"
#include "strict_device.hpp"

namespace lacuna::testing {

// CPU and strict device share their kernels, and so their bits, where neither fuses attention.
inline const bool plain_attention = (at::globalContext().setSDPUseFlash(false), true);

inline const std::vector<std::string> kTowers{"vit", "resnet", "conv"};
inline const std::vector<std::string> kMethods{"ga", "npo",     "nhl",   "gdiff",
                                               "me", "relabel", "salun", "task_vector"};

inline ClipConfig config_of(const std::string& tower) {
  auto config = tiny_config();
  if (tower == "vit") return config;
  config.vision = {.type = tower, .image_size = 8, .widths = {4, 4, 8, 8}};
  if (tower == "resnet") {
    config.vision.image_size = 32;
    config.vision.width = 4;
    config.vision.heads = 4;
    config.vision.blocks = {1, 1, 1, 1};
  }
  return config;
}

inline Checkpoint model_of(const std::string& tower) {
  const auto config = config_of(tower);
  return {config, Tokenizer({}), Clip::initial_weights(config, make_generator(1, "weights"))};
}

// What is forgotten.
enum class Goal { fine, hybrid, text };

inline Samples set_of(const std::string& tower, Goal goal, std::int64_t size) {
  auto set = goal == Goal::hybrid ? tiny_set(size, {0}) : tiny_set(size);
  const auto side = config_of(tower).vision.image_size;
  set.images = at::randint(256, {size, 3, side, side}, make_generator(5, "pictures"), at::kByte);
  if (goal == Goal::text) {
    set.images = at::Tensor();
    for (std::int64_t row = 0; row < size; ++row)
      set.texts.push_back(row % 4 == 3
                              ? "no template of a text"
                              : fill_template(set.templates[row % 3], set.taxonomy.fine[row % 3]));
  }
  return set;
}

struct Case {
  std::string tower = "vit", method = "ga";
  Goal goal = Goal::fine;
  UnlearnJob job = tiny_job();

  std::string name() const {
    const auto& training = job.training;
    return tower + " " + method + " " + job.params.dump() + (job.kl.fine > 0 ? " +kl" : "") + " " +
           training.checkpoint + " " + training.student_prompts + "/" + training.teacher_prompts +
           " " + training.precision +
           (goal == Goal::hybrid ? " hybrid"
            : goal == Goal::text ? " text"
                                 : "");
  }
};

inline Case with_kl(Case one) {
  one.job.kl = {.coarse = 1, .fine = 1};
  return one;
}

// Every method on every tower, with and without KL; then every setting of the loop with every
// method; then the parameters that take another way through a method.
inline std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const auto& tower : kTowers)
    for (const auto& id : kMethods) {
      cases.push_back({.tower = tower, .method = id});
      cases.push_back(with_kl(cases.back()));
    }
  for (const auto& id : kMethods) {
    const auto add = [&](Goal goal, const char* checkpoint, const char* prompts) {
      cases.push_back(with_kl({.method = id, .goal = goal}));
      cases.back().job.training.checkpoint = checkpoint;
      cases.back().job.training.student_prompts = prompts;
    };
    add(Goal::fine, "validation", "single");
    add(Goal::fine, "last", "ensemble");
    add(Goal::hybrid, "train", "single");
    add(Goal::hybrid, "validation", "ensemble");
    add(Goal::text, "train", "single");
    add(Goal::text, "validation", "ensemble");
  }
  const auto add = [&](const std::string& id, nlohmann::json params) {
    cases.push_back({.method = id});
    cases.back().job.params = std::move(params);
  };
  add("npo", {{"reduction", "batch"}});
  add("nhl", {{"mask", "zero"}});
  add("me", {{"epsilon", 1e-7}, {"keep", 0}});
  add("relabel", {{"exclude_true", false}});
  add("salun", {{"mask_decay", false}});
  add("task_vector", {{"coarse_weight", 0}});
  cases.push_back({.method = "npo"});
  cases.back().job.training.teacher_prompts = "ensemble";
  return cases;
}

inline Unlearned run(const Case& one, c10::Device device, std::int64_t size = 10) {
  auto job = one.job;
  job.device = device;
  // A display is there, as in a worker.
  return unlearn(model_of(one.tower), {set_of(one.tower, one.goal, size)}, method(one.method), job,
                 [](const Progress&) {});
}

// Random pictures of three classes.
class Pictures final : public Dataset {
 public:
  Pictures(std::int64_t size, std::int64_t side) : size_(size), side_(side) {}
  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}.", "one {}!", "my {}"}; }
  std::vector<std::string> splits() const override { return {"test"}; }
  at::Tensor labels(const std::string&) const override {
    return at::arange(size_, at::kLong).remainder(3);
  }
  std::vector<at::Tensor> images(const std::string&,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices)
      out.push_back(
          at::randint(256, {side_, side_, 3}, make_generator(index, "picture"), at::kByte));
    return out;
  }
  std::string manifest() const override { return "pictures"; }

 private:
  std::int64_t size_, side_;
  Taxonomy taxonomy_{{"ant", "bee", "cat"}, {"bug", "beast"}, {0, 0, 1}};
};

}  // namespace lacuna::testing
