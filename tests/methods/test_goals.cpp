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
  const auto ce = cross_entropy(z, y), cec = cross_entropy(rows.coarse.student, rows.coarse.target);
  const auto loss = [&](const char* id) { return objective(id)->loss(batch, {}); };
  CHECK(loss("ga").equal(-ce.mean()));
  CHECK(loss("gdiff").equal(1. * cec.mean() - 1. * ce.mean()));
  const auto ratio = ce - cross_entropy(rows.fine.teacher, y);
  CHECK(loss("npo").equal(-(2 / 0.5) * at::log_sigmoid(0.5 * ratio).mean()));
  const auto own = z.gather(1, y.unsqueeze(1)).squeeze(1);
  CHECK(loss("nhl").equal(at::relu(2. + own - without_target(z, y).amax(1)).mean()));
  // A mean over rows of means over names, which was one mean over both.
  const auto log_p = at::log_softmax(z, 1);
  CHECK(loss("me").equal((-std::log(double{classes}) - log_p.mean(1)).mean() + 1. * cec.mean()));
  CHECK_THAT(
      loss("me").item<double>(),
      WithinAbs((-std::log(double{classes}) - log_p.mean() + cec.mean()).item<double>(), 1e-6));
}

TEST_CASE("rows that forget nothing coarse count as under goal fine") {
  const std::string id = GENERATE("ga", "npo", "nhl", "gdiff", "me");
  const Rows rows;
  const auto fine = objective(id)->loss(rows.batch(), {}).item<double>();
  const auto none = objective(id)->loss(rows.batch(at::zeros({n}, at::kBool)), {}).item<double>();
  CHECK_THAT(none, WithinAbs(fine, 1e-6));
  // As a batch has them whose set has others: the rows are named, the question is there or not.
  const auto nobody = at::zeros({0}, at::kLong);
  const auto no_rows = [&](const at::Tensor& all) { return all.index_select(0, nobody); };
  const FakeBatch named(
      n,
      {{"fine", rows.fine},
       {"coarse",
        {no_rows(rows.coarse.student), no_rows(rows.coarse.teacher), no_rows(rows.coarse.target)},
        nobody}},
      {{"coarse", rows.coarse, at::arange(n)}});
  CHECK_THAT(objective(id)->loss(named, {}).item<double>(), WithinAbs(fine, 1e-6));
}

TEST_CASE("a row's coarse logits are pushed exactly where its coarse label is to be forgotten") {
  const std::string id = GENERATE("ga", "npo");
  const Rows rows;
  const auto flags = rows_of({1, 0, 0, 1, 1, 0});
  objective(id)->loss(rows.batch(flags), {}).backward();
  const auto moved = rows.coarse.student.grad().abs().sum(1).gt(1e-6);
  CHECK(moved.equal(flags));
}

TEST_CASE("what is to be forgotten is not kept: gdiff, me and the task vector") {
  const std::string id = GENERATE("gdiff", "me", "task_vector");
  const Rows rows;
  const auto flags = rows_of({1, 0, 0, 1, 1, 0});
  at::Tensor loss;
  if (method(id).make_objective) {
    loss = objective(id)->loss(rows.batch(flags), {});
  } else {
    CatchingContext context([&](Objective& of) { loss = of.loss(rows.batch(flags), {}); });
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
    objective(id)->loss(rows.batch(flags), {}).backward();
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
    objective("nhl")->loss(rows.batch(at::ones({n}, at::kBool)), {}).backward();
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

struct Labelled {
  Samples samples = {};
  at::Tensor fine = {}, coarse = {},
             forgets = {};  // the rows whose coarse label is to be forgotten
};

Labelled labelled(std::int64_t size, const at::Tensor& forgets,
                  const std::vector<std::int64_t>& parent = {0, 0, 1, 1, 2, 2, 3, 3}) {
  Labelled out{.fine = random_labels(size, classes, 9), .forgets = forgets};
  out.coarse = at::tensor(parent, at::kLong).index_select(0, out.fine);
  auto& samples = out.samples;
  samples.size = size;
  const auto itself = at::one_hot(out.fine, classes).to(at::kBool);
  const auto kin = at::tensor(parent, at::kLong).unsqueeze(0).eq(out.coarse.unsqueeze(1));
  samples.forget = {{.question = "fine", .target = out.fine, .choices = classes}};
  if (!forgets.defined()) return out;
  samples.forget[0].forgotten = itself.logical_or(kin.logical_and(forgets.unsqueeze(1)));
  const auto rows = forgets.nonzero().flatten();
  samples.forget.push_back({.question = "coarse",
                            .target = out.coarse.index_select(0, rows),
                            .sample = rows,
                            .choices = parent.back() + 1});
  return out;
}

// The labels that relabelling draws for a whole set: fine, and coarse where it asks.
std::pair<at::Tensor, at::Tensor> drawn(const Samples& samples, bool exclude_true) {
  relabelling::RandomLabels labels(exclude_true);
  labels.prepare(samples, make_generator(1, "method"));
  const auto of = [&](const char* question) {
    const auto* asked = find_labels(samples.forget, question);
    return asked ? labels.fitted(FakeQuestion(question, {.target = asked->target}, asked->sample))
                 : at::Tensor();
  };
  return {of("fine"), of("coarse")};
}

TEST_CASE("relabelling a coarse label: neither it nor a fine one under it, every other alike") {
  const std::int64_t size = 6000;
  const auto forgets = at::arange(size).remainder(2).to(at::kBool);
  const auto set = labelled(size, forgets);
  const auto [fine, coarse] = drawn(set.samples, true);
  const auto gone = set.coarse.masked_select(forgets);
  REQUIRE(coarse.sizes() == gone.sizes());
  CHECK_FALSE(coarse.eq(gone).any().item<bool>());
  CHECK_FALSE(fine.eq(set.fine).any().item<bool>());
  const auto parent = fine.div(2, "floor");
  CHECK_FALSE(parent.eq(set.coarse).logical_and(forgets).any().item<bool>());
  CHECK(parent.eq(set.coarse).logical_and(forgets.logical_not()).any().item<bool>());
  // 3000 rows draw one of 6 fine labels: 500 each, sd 20; and one of 3 coarse ones: 1000, sd 26.
  const auto steps = (fine - 2 * set.coarse).remainder(classes).masked_select(forgets);
  for (std::int64_t s = 2; s < classes; ++s) {
    CHECK(steps.eq(s).sum().item<std::int64_t>() > 400);
    CHECK(steps.eq(s).sum().item<std::int64_t>() < 600);
  }
  const auto turns = (coarse - gone).remainder(groups);
  for (std::int64_t s = 1; s < groups; ++s)
    CHECK_THAT(turns.eq(s).sum().item<double>(), WithinAbs(1000, 130));
}

TEST_CASE("relabelling as the released code may draw anything, at both levels") {
  const auto set = labelled(4000, at::ones({4000}, at::kBool));
  const auto [fine, coarse] = drawn(set.samples, false);
  CHECK_THAT(fine.eq(set.fine).sum().item<double>(), WithinAbs(500, 100));
  CHECK_THAT(coarse.eq(set.coarse).sum().item<double>(), WithinAbs(1000, 140));
}

TEST_CASE("goals do not change what is drawn for rows that keep their coarse label") {
  const auto some = labelled(200, at::arange(200).remainder(2).to(at::kBool));
  const auto none = labelled(200, {});
  const auto same = drawn(some.samples, true).first.eq(drawn(none.samples, true).first);
  CHECK(same.masked_select(some.forgets.logical_not()).all().item<bool>());
}

TEST_CASE("relabelling needs another coarse class") {
  auto set = labelled(10, at::ones({10}, at::kBool), std::vector<std::int64_t>(classes, 0));
  CHECK_THROWS_AS(drawn(set.samples, true), ConfigError);
  set.samples.forget.erase(set.samples.forget.begin());  // nor for the coarse question alone
  CHECK_THROWS_AS(drawn(set.samples, true), ConfigError);
}

// A question may have several rows of a sample, as a text's answer has tokens.
struct Several {
  at::Tensor sample = at::tensor({0, 0, 0, 2, 3, 3}, at::kLong);  // of 4; sample 1 has none
  FakeQuestion::Logits logits{random_logits(n, classes, 1).requires_grad_(true),
                              random_logits(n, classes, 2), random_labels(n, classes, 3)};

  // The terms reduced within each sample, the long way.
  at::Tensor reduced(const at::Tensor& terms, bool mean) const {
    std::vector<at::Tensor> out;
    for (std::int64_t i = 0; i < 4; ++i) {
      const auto rows = terms.masked_select(sample.eq(i));
      out.push_back(rows.numel() == 0 ? at::zeros({}) : mean ? rows.mean() : rows.sum());
    }
    return at::stack(out);
  }
};

TEST_CASE("several rows a sample: a loss is the mean over samples of what their rows make") {
  const Several several;
  const auto z = several.logits.student, t = several.logits.teacher, y = several.logits.target;
  const FakeBatch batch(4, {{"answer", several.logits, several.sample}},
                        {{"answer", several.logits, several.sample}});
  const auto loss = [&](const char* id, const nlohmann::json& params = {}) {
    return objective(id, params)->loss(batch, {}).item<double>();
  };
  const auto mean = [&](const at::Tensor& rows) {
    return several.reduced(rows, true).mean().item<double>();
  };
  const auto ce = cross_entropy(z, y);
  CHECK_THAT(loss("ga"), WithinAbs(-mean(ce), 1e-6));
  CHECK_THAT(loss("gdiff", {{"keep", 3}}), WithinAbs(2 * mean(ce), 1e-6));
  const auto own = z.gather(1, y.unsqueeze(1)).squeeze(1);
  CHECK_THAT(loss("nhl"), WithinAbs(mean(at::relu(2. + own - without_target(z, y).amax(1))), 1e-6));
  CHECK_THAT(loss("me", {{"keep", 0}}),
             WithinAbs(mean(-std::log(double{classes}) - at::log_softmax(z, 1).mean(1)), 1e-6));
  // The log-probability of a sample is the sum of its rows'.
  const auto ratio = several.reduced(ce - cross_entropy(t, y), false);
  CHECK_THAT(loss("npo"),
             WithinAbs((-(2 / 0.5) * at::log_sigmoid(0.5 * ratio).mean()).item<double>(), 1e-5));
  CHECK_THAT(loss("npo", {{"reduction", "batch"}}),
             WithinAbs((-(2 / 0.5) * at::log_sigmoid(0.5 * ratio.mean())).item<double>(), 1e-5));
}

TEST_CASE("several rows a sample: KL terms are means over samples of means over rows") {
  const Several several;
  const auto z = several.logits.student, t = several.logits.teacher, y = several.logits.target;
  const auto mean = [&](const at::Tensor& rows) {
    return several.reduced(rows, true).mean().item<double>();
  };
  const auto without = kl_divergence(without_target(t, y), without_target(z, y));
  const auto term = [&](const FakeBatch& batch, const char* reduction) {
    return kl_terms(batch, {.fine = 1, .reduction = reduction}).fine;
  };
  const FakeBatch forget(4, {{"answer", several.logits, several.sample}});
  CHECK_THAT(term(forget, "batch").item<double>(), WithinAbs(mean(without), 1e-6));
  CHECK_THAT(term(forget, "numel").item<double>(), WithinAbs(mean(without) / (classes - 1), 1e-6));
  const FakeBatch keep(4, {}, {{"answer", several.logits, several.sample}});
  const auto whole = kl_divergence(t, z);
  CHECK_THAT(term(keep, "batch").item<double>(), WithinAbs(mean(whole), 1e-6));
  CHECK_THAT(term(keep, "numel").item<double>(), WithinAbs(mean(whole) / classes, 1e-6));
  const FakeBatch both(4, {{"answer", several.logits, several.sample}},
                       {{"answer", several.logits, several.sample}});
  CHECK_THAT(term(both, "batch").item<double>(), WithinAbs(mean(without) + mean(whole), 1e-6));
  // The gradient is the one of the long way, too: rows of sample 0 count a third each.
  term(forget, "batch").backward();
  const auto leaf = z.detach().clone().requires_grad_(true);
  several.reduced(kl_divergence(without_target(t, y), without_target(leaf, y)), true)
      .mean()
      .backward();
  CHECK(several.logits.student.grad().allclose(leaf.grad(), 1e-5, 1e-7));
}

}  // namespace
}  // namespace lacuna::testing
