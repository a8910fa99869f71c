#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/batch.hpp"

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

// A question about samples of a side: student logits, and whose rows they are.
class Asked final : public lacuna::Question {
 public:
  Asked(std::string name, at::Tensor logits, at::Tensor sample = {})
      : name_(std::move(name)), logits_(std::move(logits)), sample_(std::move(sample)) {}
  const std::string& name() const override { return name_; }
  at::Tensor student() const override { return logits_; }
  at::Tensor teacher() const override { return logits_.detach(); }
  at::Tensor teacher_nll() const override { return lacuna::cross_entropy(teacher(), target()); }
  at::Tensor target() const override { return at::zeros({logits_.size(0)}, at::kLong); }
  at::Tensor sample() const override { return sample_; }
  at::Tensor row() const override { return at::arange(logits_.size(0)); }

 private:
  std::string name_;
  at::Tensor logits_, sample_;
};

at::Tensor numbers(std::vector<float> values) { return at::tensor(values); }
at::Tensor rows_of(std::vector<std::int64_t> rows) { return at::tensor(rows, at::kLong); }

}  // namespace

TEST_CASE("batch: cross_entropy agrees with the worked example") {
  CHECK_THAT(average(lacuna::cross_entropy(z_f, y_f)), WithinAbs(1.321599, 1e-6));
  CHECK_THAT(average(lacuna::cross_entropy(z_c, y_c)), WithinAbs(0.455700, 1e-6));
  CHECK_THAT(average(lacuna::cross_entropy(t_f, y_f)), WithinAbs(0.736261, 1e-6));
  CHECK(lacuna::cross_entropy(z_f, y_f).sizes() == at::IntArrayRef{2});
  CHECK(lacuna::cross_entropy(z_f.to(at::kDouble), y_f).scalar_type() == at::kDouble);
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
  lacuna::cross_entropy(fitted, at::tensor({0}, at::kLong)).sum().backward();
  CHECK(at::allclose(fitted.grad(), at::tensor({-.5, .5}, at::kFloat).reshape({1, 2})));
}

TEST_CASE("batch: nll of a question is the student's cross-entropy to its targets") {
  const Asked asked("fine", z_f);
  CHECK(lacuna::nll(asked).equal(lacuna::cross_entropy(z_f, at::zeros({2}, at::kLong))));
}

TEST_CASE("batch: rows reduce within their sample; a sample without rows counts 0") {
  // Three rows of sample 0, none of sample 1, one of sample 2, two of sample 3.
  const Asked asked("answer", at::zeros({6, 2}), rows_of({0, 0, 0, 2, 3, 3}));
  const auto terms = numbers({1, 2, 6, 5, -1, 4});
  const auto mean = lacuna::reduce_rows(asked, terms, 4, lacuna::Rows::mean);
  CHECK(mean.equal(numbers({3, 0, 5, 1.5})));
  const auto sum = lacuna::reduce_rows(asked, terms, 4, lacuna::Rows::sum);
  CHECK(sum.equal(numbers({9, 0, 5, 3})));
  const auto precise = lacuna::reduce_rows(asked, terms.to(at::kDouble), 4, lacuna::Rows::mean);
  CHECK(precise.scalar_type() == at::kDouble);
  const Asked nobody("answer", at::zeros({0, 2}), rows_of({}));
  CHECK(lacuna::reduce_rows(nobody, numbers({}), 2, lacuna::Rows::mean).equal(numbers({0, 0})));
}

TEST_CASE("batch: where row i is sample i nothing is reduced; naming the rows changes nothing") {
  const Asked plain("fine", at::zeros({3, 2}));
  const Asked named("fine", at::zeros({3, 2}), rows_of({0, 1, 2}));
  const auto terms = numbers({1, 2, 6});
  for (const auto rows : {lacuna::Rows::mean, lacuna::Rows::sum}) {
    CHECK(lacuna::reduce_rows(plain, terms, 3, rows).is_same(terms));
    CHECK(lacuna::reduce_rows(named, terms, 3, rows).equal(terms));
  }
}

TEST_CASE("batch: gradients of rows: a mean shares a sample's among its rows, a sum does not") {
  const Asked asked("answer", at::zeros({4, 2}), rows_of({0, 0, 0, 2}));
  const auto gradient = [&](lacuna::Rows rows) {
    auto terms = at::zeros({4}).requires_grad_();
    // Each sample weighs something else, the one without rows too.
    (lacuna::reduce_rows(asked, terms, 3, rows) * numbers({6, 100, 5})).sum().backward();
    return terms.grad();
  };
  CHECK(gradient(lacuna::Rows::mean).equal(numbers({2, 2, 2, 5})));
  CHECK(gradient(lacuna::Rows::sum).equal(numbers({6, 6, 6, 5})));
}

TEST_CASE("batch: per_sample adds up what the questions of a side give each sample") {
  const Asked fine("fine", at::zeros({3, 2}));
  const Asked coarse("coarse", at::zeros({2, 4}), rows_of({0, 2}));
  const Asked answer("answer", at::zeros({4, 5}), rows_of({1, 1, 2, 2}));
  const std::vector<const lacuna::Question*> questions{&fine, &coarse, &answer};
  const lacuna::Side side{questions, 3, rows_of({7, 8, 9})};
  const auto term = [](const lacuna::Question& question) {
    if (question.name() == "fine") return numbers({1, 2, 3});
    return question.name() == "coarse" ? numbers({10, 20}) : numbers({100, 300, 500, 700});
  };
  CHECK(lacuna::per_sample(side, term).equal(numbers({11, 202, 623})));
  CHECK(lacuna::per_sample(side, term, lacuna::Rows::sum).equal(numbers({11, 402, 1223})));
  // As the methods use it.
  CHECK(at::allclose(
      lacuna::per_sample({{&questions[1], 2}, 3, side.index}, lacuna::nll),
      at::tensor({std::log(4.), std::log(5.), std::log(4.) + std::log(5.)}).to(at::kFloat)));
}

TEST_CASE("batch: a side without questions gives zeros, one for each sample") {
  const lacuna::Side side{{}, 3, rows_of({0, 1, 2})};
  const auto never = [](const lacuna::Question&) -> at::Tensor { throw 1; };
  const auto zeros = lacuna::per_sample(side, never);
  CHECK(zeros.equal(at::zeros({3})));
  CHECK(zeros.scalar_type() == at::kFloat);
}

TEST_CASE("batch: a question is found by its name") {
  const Asked fine("fine", z_f), coarse("coarse", z_c);
  const std::vector<const lacuna::Question*> questions{&fine, &coarse};
  const lacuna::Side side{questions, 2, rows_of({0, 1})};
  CHECK(lacuna::find_question(side, "coarse") == &coarse);
  CHECK(lacuna::find_question(side, "answer") == nullptr);
}
