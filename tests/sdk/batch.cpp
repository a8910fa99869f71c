#include "lacuna/batch.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

using Catch::Matchers::WithinAbs;

namespace {

// The worked example of the protocol: B = 2, four fine and two coarse classes; printed to six
// digits.
const auto z_f = at::tensor({2., 1., .5, -1., -1., -2., -.5, -3.}).reshape({2, 4});
const auto t_f = at::tensor({3., 1., 0., -1., -.5, -1., -1.5, -2.}).reshape({2, 4});
const auto y_f = at::tensor({0, 1}, at::kLong);
const auto z_c = at::tensor({1., 0., .2, .4}).reshape({2, 2});
const auto t_c = at::tensor({2., 0., 0., 1.}).reshape({2, 2});
const auto y_c = at::tensor({0, 1}, at::kLong);

double average(const at::Tensor& rows) { return rows.mean().item<double>(); }

}  // namespace

TEST_CASE("batch: nll agrees with the worked example") {
  CHECK_THAT(average(lacuna::nll(z_f, y_f)), WithinAbs(1.321599, 1e-6));
  CHECK_THAT(average(lacuna::nll(z_c, y_c)), WithinAbs(0.455700, 1e-6));
  CHECK_THAT(average(lacuna::nll(t_f, y_f)), WithinAbs(0.736261, 1e-6));
  CHECK(lacuna::nll(z_f, y_f).sizes() == at::IntArrayRef{2});
  CHECK(lacuna::nll(z_f.to(at::kDouble), y_f).scalar_type() == at::kDouble);
}

TEST_CASE("batch: kl_divergence agrees with the worked example") {
  CHECK_THAT(average(lacuna::kl_divergence(t_c, z_c)), WithinAbs(0.068427, 1e-6));
  const auto masked =
      lacuna::kl_divergence(lacuna::without_target(t_f, y_f), lacuna::without_target(z_f, y_f));
  CHECK(masked.sizes() == at::IntArrayRef{2});
  CHECK_THAT(average(masked), WithinAbs(0.153907, 1e-6));
}

TEST_CASE("batch: kl_divergence is zero of equals, positive of others, and not symmetric") {
  CHECK_THAT(average(lacuna::kl_divergence(z_f, z_f)), WithinAbs(0, 1e-7));
  CHECK(lacuna::kl_divergence(t_f, z_f).gt(0).all().item<bool>());
  CHECK(std::abs(average(lacuna::kl_divergence(t_f, z_f)) -
                 average(lacuna::kl_divergence(z_f, t_f))) > 1e-3);
}

TEST_CASE("batch: without_target drops one column of each row and keeps the order") {
  const auto logits = at::arange(12, at::kFloat).reshape({3, 4});
  const auto rest = lacuna::without_target(logits, at::tensor({0, 3, 1}, at::kLong));
  const auto expected = at::tensor({1., 2., 3., 4., 5., 6., 8., 10., 11.}).reshape({3, 3});
  CHECK(at::equal(rest, expected));
}

TEST_CASE("batch: gradients flow past the target only") {
  auto logits = at::zeros({1, 3}).requires_grad_();
  lacuna::without_target(logits, at::tensor({1}, at::kLong)).sum().backward();
  CHECK(at::equal(logits.grad(), at::tensor({1., 0., 1.}).reshape({1, 3})));

  auto fitted = at::zeros({1, 2}).requires_grad_();
  lacuna::nll(fitted, at::tensor({0}, at::kLong)).sum().backward();
  CHECK(at::allclose(fitted.grad(), at::tensor({-.5, .5}, at::kFloat).reshape({1, 2})));
}
