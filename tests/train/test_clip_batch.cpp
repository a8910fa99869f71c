// Batches over CLIP: every shortcut against the long way.
#include <catch2/generators/catch_generators.hpp>

#include "fixtures.hpp"
#include "model/clip/zero_shot.hpp"
#include "train/clip_batch.hpp"
#include "train/kl_terms.hpp"

namespace lacuna::testing {
namespace {

at::Tensor rows_of(std::vector<std::int64_t> rows) { return at::tensor(rows, at::kLong); }

// Logits the long way: one picture set, one template, all names, no cache, text padded to the whole
// context.
at::Tensor long_way(const Checkpoint& model, const Samples& set, Level level,
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
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, set, tiny_training());
  const auto rows = rows_of({3, 0, 9});
  for (std::int64_t prompt = 0; prompt < 3; ++prompt) {
    const ClipBatch batch(subject, rows, prompt);
    for (const auto level : {Level::fine, Level::coarse}) {
      CAPTURE(prompt, to_string(level));
      const auto expected = long_way(model, set, level, set.templates[prompt], rows);
      const auto& question = level == Level::fine ? fine_of(batch) : coarse_of(batch);
      CHECK(question.student().allclose(expected, 1e-4, 1e-4));
      CHECK(question.teacher().allclose(expected, 1e-4, 1e-4));
    }
  }
  // Not every prompt gives the same logits, or the above would show little.
  const ClipBatch first(subject, rows, 0), second(subject, rows, 1);
  CHECK_FALSE(fine_of(first).teacher().allclose(fine_of(second).teacher(), 1e-3, 1e-3));
}

TEST_CASE("the teacher stays the original while the student's weights change") {
  const auto model = tiny_model();
  NamedTensors weights;
  for (const auto& [name, weight] : model.weights) weights[name] = weight.clone();
  Clip student(model.config, weights);
  const ClipSubject subject(student, model.tokenizer, tiny_set(), tiny_training());
  const auto before = fine_of(ClipBatch(subject, rows_of({1, 2}), 0)).teacher().clone();
  weights.at("visual.proj").mul_(-1);
  const ClipBatch batch(subject, rows_of({1, 2}), 0);
  CHECK(fine_of(batch).teacher().equal(before));
  CHECK_FALSE(fine_of(batch).student().allclose(before, 1e-2, 1e-2));
}

TEST_CASE("teacher_prompts = ensemble is the zero-shot classifier's mean embedding") {
  const auto model = tiny_model();
  const auto set = tiny_set();
  Clip student(model.config, model.weights);
  auto training = tiny_training();
  training.teacher_prompts = "ensemble";
  const ClipSubject subject(student, model.tokenizer, set, training);
  const auto names =
      ensemble_embeddings(student, model.tokenizer, set.templates, set.taxonomy.fine);
  const auto rows = rows_of({4, 5, 6});
  const auto pictures = student.image_features(set.images.index_select(0, rows));
  const auto expected = student.logit_scale() * at::matmul(pictures, names.t());
  for (std::int64_t prompt = 0; prompt < 3; ++prompt) {
    const ClipBatch batch(subject, rows, prompt);
    CHECK(fine_of(batch).teacher().allclose(expected, 1e-4, 1e-4));
  }
  const ClipBatch all(subject, rows, 0, /*all_templates=*/true);
  CHECK(fine_of(all).student().allclose(expected, 1e-4, 1e-4));
}

TEST_CASE("labels and indices are those of the rows") {
  const auto model = tiny_model();
  const auto set = tiny_set();
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, set, tiny_training());
  const ClipBatch batch(subject, rows_of({2, 7}), 0);
  CHECK(batch.forget().index.equal(rows_of({2, 7})));
  CHECK(batch.forget().size == 2);
  CHECK(fine_of(batch).target().equal(rows_of({2, 1})));
  CHECK(fine_of(batch).row().equal(rows_of({2, 7})));
  CHECK_FALSE(fine_of(batch).sample().defined());
  CHECK(batch.keep().index.equal(rows_of({2, 7})));
  CHECK(coarse_of(batch).target().equal(rows_of({1, 0})));
}

TEST_CASE("KL terms vanish at the original weights exactly when prompts match") {
  const auto model = tiny_model();
  NamedTensors weights;
  for (const auto& [name, weight] : model.weights)
    weights[name] = weight.clone().requires_grad_(true);
  Clip student(model.config, weights);
  const std::string prompts = GENERATE("single", "ensemble");
  CAPTURE(prompts);
  auto training = tiny_training();
  training.teacher_prompts = prompts;
  const ClipSubject subject(student, model.tokenizer, tiny_set(), training);
  const auto terms = kl_terms(ClipBatch(subject, rows_of({0, 1, 2}), 1), {.coarse = 1, .fine = 1});
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
  Clip student(model.config, weights);
  const ClipSubject subject(student, model.tokenizer, tiny_set(), tiny_training());
  const ClipBatch batch(subject, rows_of({0, 1}), 0);
  {
    at::NoGradGuard no_grad;
    CHECK_FALSE(fine_of(batch).student().requires_grad());
  }
  fine_of(batch).student().sum().backward();
  CHECK(weights.at("visual.proj").grad().defined());
  CHECK(weights.at("text_projection").grad().defined());
}

TEST_CASE("a question is about the rows that its set asks it of") {
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, tiny_set(10, {0}), tiny_training());
  const ClipBatch batch(subject, rows_of({8, 1, 3, 5, 0}), 1);  // a cat, a bee, an ant, a cat, …
  const auto check = [&](const Question& question, const at::Tensor& sample, const at::Tensor& row,
                         const at::Tensor& target) {
    CAPTURE(question.name());
    CHECK(question.sample().equal(sample));
    CHECK(question.row().equal(row));
    CHECK(question.target().equal(target));
    const auto all = batch.student(ClipBatch::forgotten, question.name());
    CHECK(question.student().equal(all.index_select(0, sample)));
    const auto taught = batch.teacher(ClipBatch::forgotten, question.name());
    CHECK(question.teacher().equal(taught.index_select(0, sample)));
    CHECK(question.teacher_nll().equal(cross_entropy(question.teacher(), target)));
  };
  REQUIRE(batch.forget().questions.size() == 2);
  // Of the samples 0 1 3 4 6 7 9 and of 2 5 8.
  check(*find_question(batch.forget(), "coarse"), rows_of({1, 2, 4}), rows_of({1, 2, 0}),
        rows_of({0, 0, 0}));
  check(coarse_of(batch), rows_of({0, 3}), rows_of({2, 1}), rows_of({1, 1}));
  CHECK_FALSE(fine_of(batch).sample().defined());
  CHECK(batch.keep().size == 5);
  const ClipBatch bugs(subject, rows_of({0, 1}), 1);
  CHECK(bugs.forget().questions.size() == 2);
  CHECK(bugs.keep().questions.empty());
  CHECK(bugs.keep().size == 2);
}

TEST_CASE("retain samples stand behind those of the forgetting set on the side to keep") {
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  const auto retain = granted_set();
  const ClipSubject subject(student, model.tokenizer, tiny_set(), retain, tiny_training());
  const auto rows = rows_of({4, 1, 5});
  const ClipBatch both(subject, BatchRows(rows_of({2, 7})), BatchRows(rows), 1);
  CHECK(both.forget().size == 2);
  const auto keep = both.keep();
  CHECK(keep.size == 5);
  CHECK(keep.index.equal(rows_of({2, 7, 14, 11, 15})));  // ten are in the forgetting set
  REQUIRE(keep.questions.size() == 3);
  const auto &own = *keep.questions[0], &fine = *keep.questions[1], &coarse = *keep.questions[2];
  CHECK(own.name() == "coarse");
  CHECK(own.sample().equal(rows_of({0, 1})));
  CHECK(own.target().equal(rows_of({1, 0})));
  CHECK(fine.name() == "fine");
  CHECK(coarse.name() == "coarse");
  CHECK(fine.target().equal(rows_of({4, 4, 5})));
  CHECK(coarse.target().equal(rows_of({1, 1, 1})));
  for (const auto* question : {&fine, &coarse}) {
    CAPTURE(question->name());
    CHECK(question->sample().equal(rows_of({2, 3, 4})));
    CHECK(question->row().equal(rows));
    const auto level = question == &fine ? Level::fine : Level::coarse;
    const auto expected = long_way(model, retain, level, retain.templates[1], rows);
    CHECK(question->student().allclose(expected, 1e-4, 1e-4));
    CHECK(question->teacher().allclose(expected, 1e-4, 1e-4));
  }
  // Each sample is one number, however many questions ask about it.
  const auto terms = per_sample(keep, nll);
  CHECK(terms.slice(0, 0, 2).allclose(nll(own)));
  CHECK(terms.slice(0, 2).allclose(nll(fine) + nll(coarse)));

  const ClipBatch alone(subject, {}, BatchRows(rows), 1);
  CHECK(alone.forget().size == 0);
  CHECK(alone.forget().questions.empty());
  CHECK(alone.keep().size == 3);
  CHECK(alone.keep().index.equal(rows_of({14, 11, 15})));
  CHECK_FALSE(alone.keep().questions[0]->sample().defined());
  CHECK(alone.keep().questions[0]->student().equal(fine.student()));
}

TEST_CASE("where nothing is to be kept the side has the samples, and counts them 0") {
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, tiny_set(10, {0, 1}), tiny_training());
  const ClipBatch batch(subject, rows_of({2, 7}), 0);
  CHECK(batch.keep().questions.empty());
  CHECK(per_sample(batch.keep(), nll).mean().item<double>() == 0);
}

TEST_CASE("a flat dataset has no coarse level") {
  const auto model = tiny_model();
  const auto set = flat(tiny_set());
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, set, tiny_training());
  const ClipBatch batch(subject, rows_of({0}), 0);
  CHECK(batch.forget().questions.size() == 1);
  CHECK(batch.keep().questions.empty());
  CHECK(find_question(batch.keep(), "coarse") == nullptr);
  CHECK_THROWS_AS(kl_terms(batch, {.coarse = 1}), ConfigError);
}

TEST_CASE("a forgetting set that does not fit the model is refused") {
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  const auto refused = [&](Samples set) {
    return message_of<ConfigError>(
        [&] { ClipSubject(student, model.tokenizer, set, tiny_training()); });
  };
  auto set = tiny_set();
  set.images = at::zeros({10, 3, 9, 9}, at::kByte);
  CHECK(refused(set) == "forgetting set: its pictures are 9 x 9 (the model takes 8 x 8)");
  set = tiny_set();
  set.images = at::zeros({0, 3, 8, 8}, at::kByte);
  CHECK(refused(set) == "forgetting set: no pictures");
  set = tiny_set();
  set.forget[0].names = {"ant"};
  CHECK(refused(set) == "forgetting set: fewer than two fine class names");
  set = tiny_set();
  set.templates.clear();
  CHECK(refused(set) == "forgetting set: no prompt templates");
}

}  // namespace
}  // namespace lacuna::testing
