// Laws that the objectives obey for any logits.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "fixtures.hpp"
#include "train/kl_terms.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

double largest(const at::Tensor& x) { return x.abs().max().item<double>(); }

TEST_CASE("KL terms and their gradients are 0 where student and teacher agree") {
  const auto seed = GENERATE(1, 2, 3);
  const auto fine = random_logits(6, 7, seed), coarse = random_logits(6, 3, seed + 10);
  const auto z = fine.clone().requires_grad_(true), zc = coarse.clone().requires_grad_(true);
  const FakeBatch batch({z, fine, random_labels(6, 7, seed)},
                        {zc, coarse, random_labels(6, 3, seed)});
  const auto terms = kl_terms(batch, {.coarse = 1, .fine = 1});
  CHECK_THAT(terms.coarse.item<double>(), WithinAbs(0, 1e-7));
  CHECK_THAT(terms.fine.item<double>(), WithinAbs(0, 1e-7));
  (terms.coarse + terms.fine).backward();
  CHECK(largest(z.grad()) < 1e-7);
  CHECK(largest(zc.grad()) < 1e-7);
}

TEST_CASE("the fine KL term ignores the target's own logit; the coarse one does not") {
  const auto teacher = random_logits(6, 7, 4), target = random_labels(6, 7, 4);
  const auto moved = teacher.scatter(1, target.unsqueeze(1), 50);
  const FakeBatch batch({moved, teacher, target}, {moved, teacher, target});
  const auto terms = kl_terms(batch, {.coarse = 1, .fine = 1});
  CHECK_THAT(terms.fine.item<double>(), WithinAbs(0, 1e-6));
  CHECK(terms.coarse.item<double>() > 1);
}

TEST_CASE("a KL term of weight 0 is not computed; a coarse one needs coarse names") {
  const auto z = random_logits(3, 4, 1);
  const FakeBatch flat({z, z, random_labels(3, 4, 1)});
  CHECK_FALSE(kl_terms(flat, {}).fine.defined());
  CHECK_FALSE(kl_terms(flat, {}).coarse.defined());
  CHECK(kl_terms(flat, {.fine = 1}).fine.defined());
  REQUIRE_THROWS_AS(kl_terms(flat, {.coarse = 1}), ConfigError);
}

TEST_CASE("npo's gradient at the original weights is ga's, whatever beta") {
  const auto beta = GENERATE(0.01, 0.1, 0.5, 2.0, 10.0);
  const std::string reduction = GENERATE("sample", "batch");
  const auto z = random_logits(8, 5, 7), y = random_labels(8, 5, 7);
  const auto npo = gradient(*objective("npo", {{"beta", beta}, {"reduction", reduction}}), z, z, y);
  const auto ga = gradient(*objective("ga"), z, z, y);
  CHECK(largest(npo - ga) < 1e-6);
  CHECK(largest(ga) > 0.01);
}

TEST_CASE("npo tends to ga as beta tends to 0, and is never negative") {
  const auto z = random_logits(8, 5, 8), t = random_logits(8, 5, 9), y = random_labels(8, 5, 8);
  const double beta = 1e-3;
  const FakeBatch batch({z.clone().requires_grad_(true), t, y});
  const double npo = objective("npo", {{"beta", beta}})->loss(batch, {}).item<double>();
  const double delta = (cross_entropy(z, y) - cross_entropy(t, y)).mean().item<double>();
  CHECK_THAT(npo - 2 / beta * std::log(2.0), WithinAbs(-delta, 0.02));
  CHECK(npo >= 0);
  const auto near = gradient(*objective("npo", {{"beta", beta}}), z, t, y);
  CHECK(largest(near - gradient(*objective("ga"), z, t, y)) < 1e-2);
}

TEST_CASE("nhl: zero loss means zero gradient") {
  const auto y = random_labels(8, 5, 3);
  const auto z = random_logits(8, 5, 3).scatter(1, y.unsqueeze(1), -40).requires_grad_(true);
  const std::string mask = GENERATE("exclude", "zero");
  const auto value = objective("nhl", {{"mask", mask}})->loss(FakeBatch({z, z, y}), {});
  CHECK(value.item<double>() == 0);
  value.backward();
  CHECK(largest(z.grad()) == 0);
}

TEST_CASE("nhl: at the margin itself there is no gradient") {
  const auto z = at::tensor({-2.f, 0.f}).view({1, 2}).requires_grad_(true);
  const auto value = objective("nhl")->loss(FakeBatch({z, z, at::zeros({1}, at::kLong)}), {});
  value.backward();
  CHECK(value.item<double>() == 0);
  CHECK(largest(z.grad()) == 0);
}

TEST_CASE("nhl: rivals that tie share the gradient") {
  const auto z = at::tensor({1.f, 3.f, 3.f}).view({1, 3}).requires_grad_(true);
  const FakeBatch batch({z, z, at::zeros({1}, at::kLong)});
  objective("nhl", {{"margin", 4}})->loss(batch, {}).backward();
  CHECK(z.grad().equal(at::tensor({1.f, -.5f, -.5f}).view({1, 3})));
}

TEST_CASE("losses do not care about the order of rows or of classes") {
  const std::string id = GENERATE("ga", "npo", "nhl", "gdiff", "me");
  const auto make = [](const at::Tensor& rows, const at::Tensor& columns) {
    const auto inverse = columns.argsort();
    const auto pick = [&](const at::Tensor& logits) {
      return logits.index_select(0, rows).index_select(1, columns);
    };
    const auto target = inverse.index_select(0, random_labels(6, 5, 1).index_select(0, rows));
    const FakeBatch::OfLevel level{pick(random_logits(6, 5, 1)).requires_grad_(true),
                                   pick(random_logits(6, 5, 2)), target};
    return FakeBatch(level, level);
  };
  const double plain = objective(id)->loss(make(at::arange(6), at::arange(5)), {}).item<double>();
  const auto rows = at::randperm(6, make_generator(1, "rows"), at::kLong);
  const auto columns = at::randperm(5, make_generator(1, "columns"), at::kLong);
  CHECK_THAT(objective(id)->loss(make(rows, columns), {}).item<double>(), WithinAbs(plain, 1e-5));
}

TEST_CASE("me: uniform logits have maximum entropy") {
  const auto z = at::full({4, 9}, 2.5, at::kFloat).requires_grad_(true);
  const FakeBatch batch({z, z, random_labels(4, 9, 1)});
  const auto value = objective("me", {{"keep", 0}})->loss(batch, {});
  CHECK_THAT(value.item<double>(), WithinAbs(0, 1e-6));
  value.backward();
  CHECK(largest(z.grad()) < 1e-7);
}

TEST_CASE("task_vector: scale 0 is the identity, bit for bit; scale 1.5 steps the other way") {
  const auto start = random_logits(5, 5, 3);
  const auto run = [&](const nlohmann::json& params) {
    // Its training adds 1 to every weight.
    FakeModel* model = nullptr;
    CatchingContext context([&](Objective&) {
      at::NoGradGuard no_grad;
      for (auto& [name, weight] : model->named) weight.add_(1);
    });
    model = &context.fake;
    model->named = {{"logit_scale", start.clone().requires_grad_(true)}};
    method("task_vector").make_method(params)->run(context);
    return context.weights().at("logit_scale").detach();
  };
  CHECK(run({{"scale", 0}}).equal(start));
  CHECK(run({}).allclose(start - 1.5, 1e-5, 1e-6));
}

NamedTensors merged(const at::Tensor& a, const at::Tensor& b, double keep = 1) {
  CatchingContext context([](Objective&) {});
  const auto pcgrad = method("pcgrad").make_method({{"keep", keep}});
  pcgrad->run(context);
  NamedTensors first{{"w", a.clone()}};
  context.options.merge(first, {{"w", b}});
  return first;
}

TEST_CASE("pcgrad: gradients that agree are added; of those that conflict neither is opposed") {
  const auto a = at::tensor({1., 2., -1.}), agreeing = at::tensor({1., 0., 1e-3}),
             against = at::tensor({-1., 0.5, 1.});
  CHECK(merged(a, agreeing).at("w").allclose(a + agreeing));
  CHECK(merged(a, agreeing, 3).at("w").allclose(a + 3 * agreeing));
  REQUIRE(a.dot(against).item<double>() < 0);
  const auto step = merged(a, against).at("w");
  CHECK(step.dot(a).item<double>() >= -1e-9);
  CHECK(step.dot(against).item<double>() >= -1e-9);
  const auto product = a.dot(against);
  const auto expected =
      a - product / against.dot(against) * against + against - product / a.dot(a) * a;
  CHECK(step.allclose(expected));
}

}  // namespace
}  // namespace lacuna::testing
