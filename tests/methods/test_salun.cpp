// SalUn: its mask against a full sort, and what it hands to the loop.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <limits>

#include "../../plugins/methods/salun/top_mask.hpp"
#include "fixtures.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::Message;
using Catch::Matchers::WithinAbs;

// Magnitudes over many orders, zeros and ties among them, in every layout a gradient may have.
NamedTensors values(std::uint64_t seed) {
  auto generator = make_generator(seed, "values");
  const auto draw = [&](at::IntArrayRef shape) {
    return at::randn(shape, generator, at::kFloat) *
           at::randn(shape, generator, at::kFloat).mul(6).exp();
  };
  NamedTensors out{{"a", draw({40, 30})},
                   {"b", draw({4, 3, 5, 5}).to(at::MemoryFormat::ChannelsLast)},
                   {"c", draw({})},
                   {"d", draw({20, 70}).t()},
                   {"e", at::zeros({100})},
                   {"f", at::full({50}, -0.25f)},
                   {"g", at::full({7, 9}, 0.25f)}};
  return out;
}

at::Tensor flat(const NamedTensors& tensors) {
  std::vector<at::Tensor> out;
  for (const auto& [name, tensor] : tensors) out.push_back(tensor.flatten());
  return at::cat(out);
}

TEST_CASE("the mask has exactly the largest magnitudes, of equal ones the first") {
  const double fraction = GENERATE(0.0, 0.001, 0.01, 0.1, 0.4, 0.5, 0.9, 0.97, 1.0);
  const auto all = values(GENERATE(1, 2, 3));
  const auto top = salun::top_mask(all, fraction);
  const auto magnitudes = flat(all).abs();
  const auto k = static_cast<std::int64_t>(fraction * static_cast<double>(magnitudes.numel()));
  const auto order = std::get<1>(magnitudes.sort(/*stable=*/true, 0, /*descending=*/true));
  auto expected = at::zeros({magnitudes.numel()}, at::kBool);
  expected.index_fill_(0, order.slice(0, 0, k), 1);
  CAPTURE(fraction, k);
  CHECK(top.kept == k);
  CHECK(flat(top.mask).equal(expected));
  for (const auto& [name, mask] : top.mask) CHECK(mask.sizes() == all.at(name).sizes());
  if (k > 0) CHECK(top.threshold == magnitudes[order[k - 1]].item<float>());
}

TEST_CASE("a gradient that is not finite has no mask") {
  const float bad =
      GENERATE(std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN());
  auto all = values(1);
  all["d"][3][4] = bad;
  CHECK_THROWS_MATCHES(salun::top_mask(all, 0.1), Error,
                       Message("gradient: it has entries that are not finite"));
}

// A set whose labels are the worked example's.
Samples context_set() {
  return {
      .size = 2,
      .forget = {{.question = "fine", .target = fine_of(worked_example()).target(), .choices = 4}}};
}

struct Run {
  double saliency_loss = 0;
  at::Tensor fitted;
  TrainOptions options;
  std::map<std::string, double> logged;
  NamedTensors hooked;  // gradients that went through the hook while it lived
};

Run run(const nlohmann::json& params) {
  Run out;
  const auto batch = worked_example();
  CatchingContext* context_of = nullptr;
  CatchingContext context(
      [&](Objective& objective) {
        objective.prepare(context_set(), make_generator(4, "method"));
        out.fitted = objective.fitted(fine_of(batch));
        if (!context_of->options.before_step) return;
        out.hooked = values(2);
        context_of->options.before_step(out.hooked, {});
      },
      [&](Objective& objective) { out.saliency_loss = objective.loss(batch, {}).item<double>(); });
  context_of = &context;
  context.gradients = values(1);
  method("salun").make_method(params)->run(context);
  out.options = context.options;
  out.logged = context.logged;
  return out;
}

TEST_CASE("salun: the mask comes from the true labels, the training from random ones") {
  const auto [loss, fitted, options, logged, hooked] = run({});
  CHECK_THAT(loss, WithinAbs(-1.321599, 1.5e-6));  // ga's, before anything is relabelled
  const auto relabel = objective("relabel");
  relabel->prepare(context_set(), make_generator(4, "method"));
  CHECK(fitted.equal(relabel->fitted(fine_of(worked_example()))));
  CHECK_FALSE(fitted.eq(fine_of(worked_example()).target()).any().item<bool>());
}

TEST_CASE("salun: by default nothing moves the other weights; as released, decay does") {
  const auto expected = salun::top_mask(values(1), 0.1);
  const auto paper = run({});
  REQUIRE(paper.options.trainable.size() == expected.mask.size());
  for (const auto& [name, mask] : expected.mask)
    CHECK(paper.options.trainable.at(name).equal(mask));
  CHECK_FALSE(paper.options.before_step);
  CHECK(paper.logged.at("salient_weights") == static_cast<double>(expected.kept));
  CHECK(paper.logged.at("salient_threshold") == expected.threshold);

  const auto released = run({{"mask_decay", false}, {"fraction", 0.5}});
  CHECK(released.options.trainable.empty());
  const auto half = salun::top_mask(values(1), 0.5);
  for (const auto& [name, gradient] : values(2))
    CHECK(released.hooked.at(name).equal(gradient * half.mask.at(name)));
  CHECK(released.logged.at("salient_weights") == static_cast<double>(half.kept));
}

}  // namespace
}  // namespace lacuna::testing
