// What the goals coarse and hybrid change: the coarse label of some rows is to be forgotten, too.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "../../plugins/methods/relabelling/random_labels.hpp"
#include "fixtures.hpp"
#include "train/kl_terms.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

constexpr std::int64_t n = 6, classes = 8, groups = 4;  // two fine classes under each coarse one

at::Tensor rows_of(std::vector<std::int64_t> flags) {
  return at::tensor(flags, at::kLong).to(at::kBool);
}

struct Rows {
  FakeBatch::OfLevel fine{random_logits(n, classes, 1).requires_grad_(true),
                          random_logits(n, classes, 2), random_labels(n, classes, 3)};
  FakeBatch::OfLevel coarse{random_logits(n, groups, 4).requires_grad_(true),
                            random_logits(n, groups, 5), fine.target.div(2, "floor").to(at::kLong)};
  FakeBatch batch(const at::Tensor& forgets_coarse = {}) const {
    return {fine, coarse, forgets_coarse};
  }
};

TEST_CASE("goal fine: each loss is, to the bit, what it was before there were goals") {
  const Rows rows;
  const auto batch = rows.batch();
  const auto z = rows.fine.student, y = rows.fine.target;
  const auto ce = nll(batch, Level::fine), cec = nll(batch, Level::coarse);
  const auto loss = [&](const char* id) { return objective(id)->loss(batch); };
  CHECK(loss("ga").equal(-ce.mean()));
  CHECK(loss("gdiff").equal(1. * cec.mean() - 1. * ce.mean()));
  const auto ratio = ce - teacher_nll(batch, Level::fine);
  CHECK(loss("npo").equal(-(2 / 0.5) * at::log_sigmoid(0.5 * ratio).mean()));
  const auto own = z.gather(1, y.unsqueeze(1)).squeeze(1);
  CHECK(loss("nhl").equal(at::relu(2. + own - without_target(z, y).amax(1)).mean()));
  CHECK(loss("me").equal(-std::log(double{classes}) - at::log_softmax(z, 1).mean() +
                         1. * cec.mean()));
}

TEST_CASE("rows that forget nothing coarse count as under goal fine") {
  const std::string id = GENERATE("ga", "npo", "nhl", "gdiff", "me");
  const Rows rows;
  const auto fine = objective(id)->loss(rows.batch()).item<double>();
  const auto none = objective(id)->loss(rows.batch(at::zeros({n}, at::kBool))).item<double>();
  CHECK_THAT(none, WithinAbs(fine, 1e-6));
}

TEST_CASE("a row's coarse logits are pushed exactly where its coarse label is to be forgotten") {
  const std::string id = GENERATE("ga", "npo");
  const Rows rows;
  const auto flags = rows_of({1, 0, 0, 1, 1, 0});
  objective(id)->loss(rows.batch(flags)).backward();
  const auto moved = rows.coarse.student.grad().abs().sum(1).gt(1e-6);
  CHECK(moved.equal(flags));
}

TEST_CASE("what is to be forgotten is not kept: gdiff, me and the task vector") {
  const std::string id = GENERATE("gdiff", "me", "task_vector");
  const Rows rows;
  const auto flags = rows_of({1, 0, 0, 1, 1, 0});
  at::Tensor loss;
  if (method(id).make_objective) {
    loss = objective(id)->loss(rows.batch(flags));
  } else {
    CatchingContext context([&](Objective& of) { loss = of.loss(rows.batch(flags)); });
    method(id).make_method({})->run(context);
  }
  loss.backward();
  // Gradient of a coarse cross-entropy at the target: negative where it is kept.
  const auto at_target =
      rows.coarse.student.grad().gather(1, rows.coarse.target.unsqueeze(1)).squeeze(1);
  const bool tuning = id == "task_vector";  // it goes the other way afterwards
  for (std::int64_t i = 0; i < n; ++i) {
    CAPTURE(id, i);
    const bool forgotten = flags[i].item<bool>();
    if (id == "me" && forgotten) continue;  // towards uniform: either sign
    CHECK((at_target[i].item<double>() > 0) == (forgotten != tuning));
  }
}

TEST_CASE("npo's gradient at the original weights is ga's at every goal") {
  const auto flags = GENERATE(rows_of({1, 1, 1, 1, 1, 1}), rows_of({0, 1, 0, 0, 1, 1}));
  const auto gradients = [&](const std::string& id) {
    Rows rows;
    rows.fine.teacher = rows.fine.student.detach();
    rows.coarse.teacher = rows.coarse.student.detach();
    objective(id)->loss(rows.batch(flags)).backward();
    return at::cat({rows.fine.student.grad(), rows.coarse.student.grad()}, 1);
  };
  CHECK((gradients("npo") - gradients("ga")).abs().max().item<double>() < 1e-6);
}

TEST_CASE("nhl: no gradient once the margins of both levels are met, some while one is not") {
  const auto gradient = [](bool fine_met, bool coarse_met) {
    Rows rows;
    const auto met = [](FakeBatch::OfLevel& of) {
      of.student = of.student.detach().scatter(1, of.target.unsqueeze(1), -40);
      of.student.requires_grad_(true);
    };
    if (fine_met) met(rows.fine);
    if (coarse_met) met(rows.coarse);
    objective("nhl")->loss(rows.batch(at::ones({n}, at::kBool))).backward();
    return std::pair(rows.fine.student.grad().abs().max().item<double>(),
                     rows.coarse.student.grad().abs().max().item<double>());
  };
  CHECK(gradient(true, true) == std::pair(0., 0.));
  CHECK(gradient(true, false).second > 0);
  CHECK(gradient(false, true).first > 0);
}

TEST_CASE("the coarse KL term leaves the target out exactly where it is to be forgotten") {
  Rows rows;
  const auto target = rows.coarse.target.unsqueeze(1);
  rows.coarse.student = rows.coarse.teacher.scatter(1, target, 50);  // only its own logit moved
  const auto term = [&](const at::Tensor& flags) {
    return kl_terms(rows.batch(flags), {.coarse = 1}).coarse.item<double>();
  };
  CHECK_THAT(term(at::ones({n}, at::kBool)), WithinAbs(0, 1e-6));
  CHECK(term({}) > 1);
  const double half = term(rows_of({1, 1, 1, 0, 0, 0}));
  CHECK(half > 0.1);
  CHECK(half < term({}));
}

ForgettingSet labelled(std::int64_t size, const at::Tensor& forget_coarse) {
  ForgettingSet set;
  for (std::int64_t c = 0; c < classes; ++c) {
    set.taxonomy.fine.push_back("fine " + std::to_string(c));
    set.taxonomy.parent.push_back(c / 2);
  }
  for (std::int64_t c = 0; c < groups; ++c)
    set.taxonomy.coarse.push_back("coarse " + std::to_string(c));
  set.fine = random_labels(size, classes, 9);
  set.coarse = set.fine.div(2, "floor").to(at::kLong);
  set.forget_coarse = forget_coarse;
  return set;
}

// The labels that relabelling draws for a whole set.
std::pair<at::Tensor, at::Tensor> drawn(const ForgettingSet& set, bool exclude_true) {
  relabelling::RandomLabels labels(exclude_true);
  labels.prepare(set, make_generator(1, "method"));
  const auto z = at::zeros({set.size(), 1});
  const FakeBatch batch({z, z, set.fine}, {z, z, set.coarse}, set.forget_coarse);
  return {labels.labels(batch, Level::fine), labels.labels(batch, Level::coarse)};
}

TEST_CASE("relabelling a coarse label: neither it nor a fine one under it, every other alike") {
  const std::int64_t size = 6000;
  const auto forgets = at::arange(size).remainder(2).to(at::kBool);
  const auto set = labelled(size, forgets);
  const auto [fine, coarse] = drawn(set, true);
  CHECK_FALSE(coarse.eq(set.coarse).any().item<bool>());
  CHECK_FALSE(fine.eq(set.fine).any().item<bool>());
  const auto parent = fine.div(2, "floor");
  CHECK_FALSE(parent.eq(set.coarse).logical_and(forgets).any().item<bool>());
  CHECK(parent.eq(set.coarse).logical_and(forgets.logical_not()).any().item<bool>());
  // 3000 rows draw one of 6 fine labels: 500 each, sd 20; all rows one of 3 coarse ones, sd 37.
  const auto steps = (fine - 2 * set.coarse).remainder(classes).masked_select(forgets);
  for (std::int64_t s = 2; s < classes; ++s) {
    CHECK(steps.eq(s).sum().item<std::int64_t>() > 400);
    CHECK(steps.eq(s).sum().item<std::int64_t>() < 600);
  }
  const auto turns = (coarse - set.coarse).remainder(groups);
  for (std::int64_t s = 1; s < groups; ++s)
    CHECK_THAT(turns.eq(s).sum().item<double>(), WithinAbs(2000, 180));
}

TEST_CASE("relabelling as the released code may draw anything, at both levels") {
  const auto set = labelled(4000, at::ones({4000}, at::kBool));
  const auto [fine, coarse] = drawn(set, false);
  CHECK_THAT(fine.eq(set.fine).sum().item<double>(), WithinAbs(500, 100));
  CHECK_THAT(coarse.eq(set.coarse).sum().item<double>(), WithinAbs(1000, 140));
}

TEST_CASE("goals do not change what is drawn for rows that keep their coarse label") {
  const auto some = labelled(200, at::arange(200).remainder(2).to(at::kBool));
  auto none = some;
  none.forget_coarse = at::Tensor();
  relabelling::RandomLabels labels(true);
  labels.prepare(none, make_generator(1, "method"));
  const auto z = at::zeros({200, 1});
  const auto before = labels.labels(FakeBatch({z, z, none.fine}), Level::fine);
  const auto same = drawn(some, true).first.eq(before);
  CHECK(same.masked_select(some.forget_coarse.logical_not()).all().item<bool>());
}

TEST_CASE("relabelling needs another coarse class") {
  auto set = labelled(10, at::ones({10}, at::kBool));
  set.taxonomy.coarse = {"all"};
  set.taxonomy.parent.assign(classes, 0);
  set.coarse.zero_();
  CHECK_THROWS_AS(drawn(set, true), ConfigError);
}

}  // namespace
}  // namespace lacuna::testing
