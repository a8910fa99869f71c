// Forgetting sets without pictures: texts in their place.
#include <catch2/generators/catch_generators.hpp>

#include "fixtures.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/weights/safetensors.hpp"
#include "train/clip_batch.hpp"
#include "train/samples_file.hpp"

namespace lacuna::testing {
namespace {

// Names and prompts only: whoever asks for pictures or labels fails the test.
class Pictureless final : public Dataset {
 public:
  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return tiny_set().templates; }
  std::vector<std::string> splits() const override { return {}; }
  at::Tensor labels(const std::string&) const override {
    throw Error("labels: nobody should need them");
  }
  std::vector<at::Tensor> images(const std::string&, std::span<const std::int64_t>) const override {
    throw Error("images: nobody should need them");
  }
  std::string manifest() const override { return "none"; }

 private:
  Taxonomy taxonomy_ = tiny_taxonomy();
};

Samples text_set(const std::vector<std::int64_t>& labels = {2, 0},
                 const std::vector<std::int64_t>& coarse_labels = {}) {
  at::Tensor fine;
  auto set = text_samples(Pictureless(), labels, fine);
  ask_to_forget(set, fine, coarse_labels);
  return set;
}

TEST_CASE("a text set is every concept in every template, and no picture") {
  const auto set = text_set();
  CHECK_FALSE(set.images.defined());
  CHECK(set.texts == std::vector<std::string>{"a cat.", "my cat!", "one more cat", "a ant.",
                                              "my ant!", "one more ant"});
  CHECK(fine_targets(set).equal(at::tensor({2, 2, 2, 0, 0, 0}, at::kLong)));
  CHECK(set.keep.at(0).target.equal(at::tensor({1, 1, 1, 0, 0, 0}, at::kLong)));
  CHECK(set.size == 6);
}

TEST_CASE("a text set survives its file, with what is to be forgotten at the coarse level") {
  const TemporaryFolder folder;
  const auto set = text_set({2, 0}, {1});
  save_samples(folder / "set.safetensors", {set});
  const auto back = load_samples(folder / "set.safetensors").forget;
  CHECK(back.size == 6);
  CHECK(back.texts == set.texts);
  CHECK_FALSE(back.images.defined());
  CHECK(fine_targets(back).equal(fine_targets(set)));
  REQUIRE(back.forget.size() == 2);
  CHECK(back.forget[1].question == "coarse");
  CHECK(back.forget[1].sample.equal(at::tensor({0, 1, 2}, at::kLong)));
  CHECK(back.forget[1].target.equal(at::tensor({1, 1, 1}, at::kLong)));
  CHECK(back.forget[0].forgotten.equal(set.forget[0].forgotten));
  CHECK(back.keep.at(0).sample.equal(at::tensor({3, 4, 5}, at::kLong)));

  const auto file = load_safetensors(folder / "set.safetensors");
  const auto refused = [&](auto&& damage) {
    auto damaged = file;
    damage(damaged);
    save_safetensors(folder / "bad.safetensors", damaged.tensors, damaged.metadata);
    return message_of<ConfigError>([&] { load_samples(folder / "bad.safetensors"); });
  };
  const auto says = [&](const std::string& message, const std::string& reason) {
    CAPTURE(message);
    CHECK(message.find(reason) != std::string::npos);
  };
  const auto with_texts = [&](const nlohmann::json& texts) {
    return refused([&](auto& f) {
      auto sets = nlohmann::json::parse(f.metadata.at("sets"));
      sets["forget"]["texts"] = texts;
      f.metadata["sets"] = sets.dump();
    });
  };
  says(with_texts(nlohmann::json::array()), "lacks the tensor 'forget/images'");
  says(with_texts({1}), "cannot be read");
  says(with_texts({"a cat."}), "it has 1 texts for 6 samples");
  says(with_texts(nullptr), "cannot be read");
  says(refused([](auto& f) { f.tensors["forget/forget/0/forgotten"] = at::zeros({6}); }),
       "'forget/forget/0/forgotten' is not bool [6, 6]");
  says(refused([](auto& f) {
         f.tensors["forget/forget/1/sample"] = at::tensor({0, 2, 1}, at::kLong);
       }),
       "'forget/forget/1/sample' does not give each label its sample in order");
  says(refused([](auto& f) {
         f.tensors["forget/forget/1/sample"] = at::tensor({0, 1, 6}, at::kLong);
       }),
       "'forget/forget/1/sample' has a label outside [0, 6)");
}

at::Tensor long_way(const Checkpoint& model, const Samples& set, Level level, std::int64_t row,
                    std::int64_t prompt) {
  const Clip clip(model.config, model.weights);
  const auto text = clip.text_features(model.tokenizer.encode({set.texts[row]}, 24));
  const auto names = clip.text_features(
      prompt_tokens(model.tokenizer, set.templates[prompt], set.taxonomy.names(level), 24));
  return (clip.logit_scale() * at::matmul(text, names.t()))[0];
}

TEST_CASE(
    "a text is compared with the names in the step's template, or the next if it is its own") {
  const auto model = tiny_model();
  const auto set = text_set();
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, set, tiny_training());
  const auto rows = at::tensor({5, 0, 1, 4}, at::kLong);
  for (std::int64_t prompt = 0; prompt < 3; ++prompt) {
    const ClipBatch batch(subject, rows, prompt);
    for (const auto level : {Level::fine, Level::coarse}) {
      const auto student_logits = batch.student(ClipBatch::forgotten, to_string(level)),
                 teacher_logits = batch.teacher(ClipBatch::forgotten, to_string(level));
      for (std::int64_t i = 0; i < 4; ++i) {
        const auto row = rows[i].item<std::int64_t>();
        const auto seen = row % 3 == prompt ? (prompt + 1) % 3 : prompt;
        CAPTURE(prompt, to_string(level), row, seen);
        const auto expected = long_way(model, set, level, row, seen);
        CHECK(student_logits[i].allclose(expected, 1e-4, 1e-4));
        CHECK(teacher_logits[i].allclose(expected, 1e-4, 1e-4));
      }
    }
    CHECK(fine_of(batch).target().equal(at::tensor({0, 2, 2, 0}, at::kLong)));
  }
}

TEST_CASE("with one template a text meets its own name, and knows it perfectly") {
  auto set = text_set();
  set.templates = {set.templates[0]};
  set.texts = {set.texts[0], set.texts[3]};
  set.size = 2;
  ask_to_forget(set, at::tensor({2, 0}, at::kLong));
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  const ClipSubject subject(student, model.tokenizer, set, tiny_training());
  const ClipBatch batch(subject, at::arange(2), 0);
  const auto own = fine_of(batch).student().gather(1, fine_targets(set).unsqueeze(1));
  CHECK(own.allclose(student.logit_scale().expand({2, 1}), 1e-5, 1e-4));
}

TEST_CASE("every method runs on texts: the text tower learns, the image tower stays") {
  const std::string id =
      GENERATE("ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun");
  CAPTURE(id);
  auto job = tiny_job();
  job.kl = {.coarse = 1, .fine = 1};
  job.training.weight_decay = 0;
  job.training.checkpoint = "last";
  const auto out = unlearn(tiny_model(), {text_set({0, 1, 2})}, method(id), job, {});
  const auto original = tiny_model().weights;
  for (const auto& [name, weight] : out.weights) {
    CAPTURE(name);
    if (name.starts_with("visual.")) CHECK(weight.equal(original.at(name)));
  }
  CHECK_FALSE(out.weights.at("text_projection").equal(original.at("text_projection")));
  const auto& steps = out.trajectory.at("steps");
  CHECK(steps.size() == 3 * 3);  // 9 texts, batches of 4, 3 epochs
  CHECK(std::abs(steps[0].at("kl_fine").get<double>()) < 1e-5);
}

TEST_CASE("a text set whose texts do not fit is refused") {
  const auto model = tiny_model();
  Clip student(model.config, model.weights);
  auto set = text_set();
  set.texts.pop_back();
  CHECK(message_of<ConfigError>([&] {
          ClipSubject(student, model.tokenizer, set, tiny_training());
        }) == "forgetting set: 5 texts for 6 samples (one each)");
}

}  // namespace
}  // namespace lacuna::testing
