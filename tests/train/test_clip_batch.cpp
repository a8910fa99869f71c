// Batches over CLIP: every shortcut against the long way.
#include <catch2/generators/catch_generators.hpp>

#include "fixtures.hpp"
#include "model/zero_shot.hpp"
#include "train/kl_terms.hpp"

namespace lacuna::testing {
namespace {

at::Tensor rows_of(std::vector<std::int64_t> rows) { return at::tensor(rows, at::kLong); }

// Logits the long way: one picture set, one template, all names, no cache, text padded to the whole
// context.
at::Tensor long_way(const Checkpoint& model, const ForgettingSet& set, Level level,
                    const std::string& prompt, const at::Tensor& rows) {
  const Clip clip(model.config, model.weights);
  auto tokens = prompt_tokens(model.tokenizer, prompt, set.taxonomy.names(level), 24);
  tokens = at::constant_pad_nd(tokens, {0, 24 - tokens.size(1)});
  const auto pictures = clip.image_features(set.images.index_select(0, rows));
  return clip.logit_scale() * at::matmul(pictures, clip.text_features(tokens).t());
}

TEST_CASE("student and cached teacher equal logits computed the long way, untrimmed") {
  const auto model = tiny_model();
  const auto set = tiny_set();
  const Clip student(model.config, model.weights);
  const ClipBatches batches(student, model.tokenizer, set, tiny_training());
  const auto rows = rows_of({3, 0, 9});
  for (std::int64_t prompt = 0; prompt < 3; ++prompt) {
    const ClipBatch batch(batches, rows, prompt);
    for (const auto level : {Level::fine, Level::coarse}) {
      CAPTURE(prompt, to_string(level));
      const auto expected = long_way(model, set, level, set.templates[prompt], rows);
      CHECK(batch.student(level).allclose(expected, 1e-4, 1e-4));
      CHECK(batch.teacher(level).allclose(expected, 1e-4, 1e-4));
    }
  }
  // Not every prompt gives the same logits, or the above would show little.
  CHECK_FALSE(ClipBatch(batches, rows, 0)
                  .teacher(Level::fine)
                  .allclose(ClipBatch(batches, rows, 1).teacher(Level::fine), 1e-3, 1e-3));
}

TEST_CASE("the teacher stays the original while the student's weights change") {
  const auto model = tiny_model();
  NamedTensors weights;
  for (const auto& [name, weight] : model.weights) weights[name] = weight.clone();
  const Clip student(model.config, weights);
  const ClipBatches batches(student, model.tokenizer, tiny_set(), tiny_training());
  const auto before = ClipBatch(batches, rows_of({1, 2}), 0).teacher(Level::fine).clone();
  weights.at("visual.proj").mul_(-1);
  const ClipBatch batch(batches, rows_of({1, 2}), 0);
  CHECK(batch.teacher(Level::fine).equal(before));
  CHECK_FALSE(batch.student(Level::fine).allclose(before, 1e-2, 1e-2));
}

TEST_CASE("teacher_prompts = ensemble is the zero-shot classifier's mean embedding") {
  const auto model = tiny_model();
  const auto set = tiny_set();
  const Clip student(model.config, model.weights);
  auto training = tiny_training();
  training.teacher_prompts = "ensemble";
  const ClipBatches batches(student, model.tokenizer, set, training);
  const auto names =
      ensemble_embeddings(student, model.tokenizer, set.templates, set.taxonomy.fine);
  const auto rows = rows_of({4, 5, 6});
  const auto pictures = student.image_features(set.images.index_select(0, rows));
  const auto expected = student.logit_scale() * at::matmul(pictures, names.t());
  for (std::int64_t prompt = 0; prompt < 3; ++prompt)
    CHECK(ClipBatch(batches, rows, prompt).teacher(Level::fine).allclose(expected, 1e-4, 1e-4));
  CHECK(ClipBatch(batches, rows, 0, true).student(Level::fine).allclose(expected, 1e-4, 1e-4));
}

TEST_CASE("labels and indices are those of the rows") {
  const auto model = tiny_model();
  const auto set = tiny_set();
  const Clip student(model.config, model.weights);
  const ClipBatches batches(student, model.tokenizer, set, tiny_training());
  const ClipBatch batch(batches, rows_of({2, 7}), 0);
  CHECK(batch.index().equal(rows_of({2, 7})));
  CHECK(batch.target(Level::fine).equal(rows_of({2, 1})));
  CHECK(batch.target(Level::coarse).equal(rows_of({1, 0})));
}

TEST_CASE("KL terms vanish at the original weights exactly when prompts match") {
  const auto model = tiny_model();
  NamedTensors weights;
  for (const auto& [name, weight] : model.weights)
    weights[name] = weight.clone().requires_grad_(true);
  const Clip student(model.config, weights);
  const std::string prompts = GENERATE("single", "ensemble");
  CAPTURE(prompts);
  auto training = tiny_training();
  training.teacher_prompts = prompts;
  const ClipBatches batches(student, model.tokenizer, tiny_set(), training);
  const auto terms = kl_terms(ClipBatch(batches, rows_of({0, 1, 2}), 1), {.coarse = 1, .fine = 1});
  const auto total = (terms.coarse + terms.fine);
  if (prompts == "single") {
    CHECK(std::abs(total.item<double>()) < 1e-6);
    total.backward();
    for (const auto& [name, weight] : weights) {
      CAPTURE(name);
      CHECK(weight.grad().abs().max().item<double>() < 1e-4);
    }
  } else {
    CHECK(total.item<double>() > 1e-4);
  }
}

TEST_CASE("logits first asked for without gradient have one for whoever needs it") {
  const auto model = tiny_model();
  NamedTensors weights;
  for (const auto& [name, weight] : model.weights)
    weights[name] = weight.clone().requires_grad_(true);
  const Clip student(model.config, weights);
  const ClipBatches batches(student, model.tokenizer, tiny_set(), tiny_training());
  const ClipBatch batch(batches, rows_of({0, 1}), 0);
  {
    at::NoGradGuard no_grad;
    CHECK_FALSE(batch.student(Level::fine).requires_grad());
  }
  batch.student(Level::fine).sum().backward();
  CHECK(weights.at("visual.proj").grad().defined());
  CHECK(weights.at("text_projection").grad().defined());
}

TEST_CASE("a flat dataset has no coarse level") {
  const auto model = tiny_model();
  const auto set = flat(tiny_set());
  const Clip student(model.config, model.weights);
  const ClipBatches batches(student, model.tokenizer, set, tiny_training());
  const ClipBatch batch(batches, rows_of({0}), 0);
  CHECK_FALSE(batch.has(Level::coarse));
  for (const auto& call : {&ClipBatch::student, &ClipBatch::teacher, &ClipBatch::target})
    CHECK(message_of<ConfigError>([&] { (batch.*call)(Level::coarse); }) ==
          "coarse: the dataset has no class names at this level");
}

TEST_CASE("a forgetting set that does not fit the model is refused") {
  const auto model = tiny_model();
  const Clip student(model.config, model.weights);
  const auto refused = [&](ForgettingSet set) {
    return message_of<ConfigError>(
        [&] { ClipBatches(student, model.tokenizer, set, tiny_training()); });
  };
  auto set = tiny_set();
  set.images = at::zeros({10, 3, 9, 9}, at::kByte);
  CHECK(refused(set) == "forgetting set: its pictures are 9 x 9 (the model takes 8 x 8)");
  set = tiny_set();
  set.images = at::zeros({0, 3, 8, 8}, at::kByte);
  CHECK(refused(set) == "forgetting set: no pictures");
  set = tiny_set();
  set.taxonomy.fine = {"ant"};
  CHECK(refused(set) == "forgetting set: fewer than two fine class names");
  set = tiny_set();
  set.templates.clear();
  CHECK(refused(set) == "forgetting set: no prompt templates");
}

}  // namespace
}  // namespace lacuna::testing
