// Zero-shot classification: prompts, class-name embeddings, predictions, beside the long way.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "fixtures.hpp"
#include "lacuna/lacuna.hpp"
#include "model/clip/flips.hpp"
#include "model/clip/precision.hpp"
#include "model/clip/zero_shot.hpp"

using namespace lacuna;
using Catch::Matchers::Message;
using lacuna::testing::tiny_clip;

namespace {

class Pictures final : public Dataset {
 public:
  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}.", "one {}!", "my {}"}; }
  std::vector<std::string> splits() const override { return {"test"}; }
  at::Tensor labels(const std::string&) const override {
    return at::arange(9, at::kLong).remainder(3);
  }
  std::vector<at::Tensor> images(const std::string&,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices)
      out.push_back(at::randint(256, {8, 8, 3}, make_generator(index, "picture"), at::kByte));
    return out;
  }
  std::string manifest() const override { return "pictures"; }

 private:
  Taxonomy taxonomy_{{"ant", "bee", "cat"}, {"bug", "beast"}, {0, 0, 1}};
};

}  // namespace

TEST_CASE("zero-shot: a name goes where the braces are") {
  CHECK(fill_template("a photo of a {}.", "red fox") == "a photo of a red fox.");
  CHECK_THROWS_MATCHES(fill_template("a photo", "fox"), ConfigError,
                       Message("'a photo': a prompt template needs {} for the class name"));
}

TEST_CASE("zero-shot: predictions with embeddings made once equal the long way, batch by batch") {
  const auto clip = tiny_clip();
  const Tokenizer tokenizer({});
  const Pictures dataset;
  const auto predicted = predict(clip, tokenizer, dataset, "test");

  at::NoGradGuard no_grad;
  const std::vector<std::int64_t> all{0, 1, 2, 3, 4, 5, 6, 7, 8};
  for (const auto level : {Level::fine, Level::coarse}) {
    std::vector<at::Tensor> all_logits;
    for (const auto index : all) {  // one picture a batch, its names encoded anew
      const auto picture = stack_pictures(dataset.images("test", std::span(&index, 1)), 8);
      at::Tensor sum;
      for (const auto& prompt : dataset.templates()) {
        const auto features = clip.text_features(
            prompt_tokens(tokenizer, prompt, dataset.taxonomy().names(level), 24));
        sum = sum.defined() ? sum + features : features;
      }
      const auto embeddings = sum / sum.norm(2, {-1}, true);
      all_logits.push_back(clip.logit_scale() *
                           at::matmul(clip.image_features(picture), embeddings.t()));
    }
    const auto logits = at::cat(all_logits);
    const std::string question = to_string(level);
    const auto& asked = predicted.asked.at(level == Level::fine ? 0 : 1);
    REQUIRE(asked.question == question);
    const auto own = asked.target.unsqueeze(1);
    const auto& outcome = predicted.outcome;
    CHECK(at::equal(outcome.at(question + "/predicted"), logits.argmax(1)));
    CHECK(at::allclose(outcome.at(question + "/nll"),
                       -logits.log_softmax(1).gather(1, own).squeeze(1), 1e-4, 1e-5));
    const auto right = outcome.at(question + "/predicted").eq(asked.target);
    const auto& margin = outcome.at(question + "/margin");
    CHECK(at::equal(margin.gt(0), right));
    const auto best = std::get<0>(logits.log_softmax(1).max(1));
    CHECK(at::allclose(-outcome.at(question + "/nll") - margin.clamp_max(0), best, 1e-4, 1e-5));
    const auto& top = outcome.at(question + "/top5");
    CHECK(top.size(1) == std::min<std::int64_t>(5, logits.size(1)));
    CHECK(at::equal(top.select(1, 0), outcome.at(question + "/predicted")));
    CHECK(logits.gather(1, top).diff(1, 1).le(0).all().item<bool>());
  }
  CHECK(at::equal(predicted.asked[1].target, at::tensor({0, 0, 1, 0, 0, 1, 0, 0, 1}, at::kLong)));
}

TEST_CASE("zero-shot: features that are not finite predict nothing, not the first class") {
  const Tokenizer tokenizer({});
  const Pictures dataset;
  const auto message = Message(
      "features: not finite for 9 of 9 pictures, so nothing can be predicted (weights that are not "
      "finite, too large or all zero do that)");
  for (const double value : {0.0, 1e38}) {
    CAPTURE(value);
    const auto clip = tiny_clip();
    for (const auto& [name, weight] : clip.weights()) {
      const at::NoGradGuard no_grad;
      at::Tensor(weight).fill_(value);
    }
    CHECK_THROWS_MATCHES(predict(clip, tokenizer, dataset, "test"), NotFiniteFeatures, message);
  }
}

TEST_CASE("zero-shot: a lower precision changes few predictions, and they are counted") {
  const auto clip = tiny_clip();
  const Tokenizer tokenizer({});
  const Pictures dataset;
  const auto full = predict(clip, tokenizer, dataset, "test");
  const auto tf32 = predict(clip, tokenizer, dataset, "test", "tf32");
  const std::string fine = "fine/predicted", coarse = "coarse/predicted";
  CHECK(at::equal(tf32.outcome.at(fine), full.outcome.at(fine)));  // on a CPU the same thing
  const auto none = flips_against_float32(clip, tokenizer, dataset, "test", tf32);
  CHECK((none.n == 9 && none.fine == 0 && none.coarse == 0));

  auto other = full;
  auto labels = full.outcome.at(fine).clone();
  labels.slice(0, 0, 4) = (labels.slice(0, 0, 4) + 1).remainder(3);
  other.outcome.columns[fine] = labels;
  other.outcome.columns[coarse] = 1 - full.outcome.at(coarse);
  const auto some = flips_against_float32(clip, tokenizer, dataset, "test", other);
  CHECK((some.n == 9 && some.fine == 4 && some.coarse == 9));
  // Of nine rows at most three: 0, 3 and 6, of which the first two differ.
  const auto part = flips_against_float32(clip, tokenizer, dataset, "test", other, 3);
  CHECK((part.n == 3 && part.fine == 2 && part.coarse == 3));
}

TEST_CASE("zero-shot: the towers compute in the precision asked for, and only in its scope") {
  const auto clip = tiny_clip();
  const Tokenizer tokenizer({});
  const std::vector<std::string> templates{"a {}."}, names{"ant", "bee"};
  const auto full = ensemble_embeddings(clip, tokenizer, templates, names);
  {
    const Precision outer("bfloat16", at::kCPU);
    const auto half = ensemble_embeddings(clip, tokenizer, templates, names);
    CHECK(half.scalar_type() == at::kFloat);
    CHECK_FALSE(at::equal(half, full));
    CHECK(at::allclose(half, full, 0, 0.05));
    const Precision inner("float32", at::kCPU);
    CHECK(at::equal(ensemble_embeddings(clip, tokenizer, templates, names), full));
  }
  CHECK(at::equal(ensemble_embeddings(clip, tokenizer, templates, names), full));
  CHECK_FALSE(tf32_allowed());
  {
    const Precision tf32("tf32", at::kCPU);
    CHECK(tf32_allowed());
  }
  CHECK_FALSE(tf32_allowed());
}

TEST_CASE("zero-shot: pictures of any size become squares; what is no picture is refused") {
  const auto grey = at::full({5, 9, 3}, 77, at::kByte);
  const auto wide = at::full({8, 8, 3}, 9, at::kByte);
  const auto stacked = stack_pictures({grey, wide}, 8);
  CHECK(stacked.sizes() == at::IntArrayRef({2, 3, 8, 8}));
  CHECK(stacked[0].eq(77).all().item<bool>());
  CHECK(stacked[1].eq(9).all().item<bool>());
  CHECK_THROWS_MATCHES(stack_pictures({at::zeros({8, 8, 3})}, 8), Error,
                       Message("picture 0: not uint8 [H, W, 3]"));
}
