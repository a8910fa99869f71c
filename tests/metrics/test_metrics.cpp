// The metric plugins: names, directions, several evaluations of a role, and laws.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <numeric>

#include "fixtures.hpp"
#include "lacuna/random.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

const GroupCounts before = row(80, 90, 700, 600, 100, 1000);
const GroupCounts after = row(70, 9, 650, 540, 100, 1000);

GroupCounts of_retain(std::int64_t correct, std::int64_t n) {
  return {{}, {}, {correct, n}, {correct, n}};
}

// Two zero-shot sets that lose a tenth and a half, and one out-of-domain evaluation.
std::vector<Evaluation> full_suite() {
  return {evaluation(before, after),
          evaluation(of_retain(50, 100), of_retain(45, 100), Role::zero_shot, "letters"),
          evaluation(of_retain(20, 40), of_retain(10, 40), Role::zero_shot, "digits"),
          evaluation(before, row(60, 45, 600, 500, 100, 1000), Role::out_of_domain, "sketches")};
}

TEST_CASE("accuracy: values, direction, and hits whose mean is the value") {
  const auto values = compute("accuracy", full_suite());
  REQUIRE(values.size() == 4);
  const auto forget = find(values, "forget/fine");
  CHECK(forget.value == 0.09);
  CHECK_FALSE(forget.higher_is_better);
  CHECK(find(values, "forget/coarse").higher_is_better);
  CHECK(find(values, "retain/fine").value == 0.54);
  for (const auto& value : values) {
    CAPTURE(value.name);
    CHECK(value.lower == 0);
    CHECK(value.upper == 1);
    REQUIRE_FALSE(value.per_sample.empty());
    const double sum = std::accumulate(value.per_sample.begin(), value.per_sample.end(), 0.0);
    CHECK_THAT(sum / static_cast<double>(value.per_sample.size()), WithinAbs(*value.value, 1e-12));
  }
}

TEST_CASE("accuracy: coarse labels that were to be forgotten are a value of their own") {
  auto hybrid = evaluation(before, after);
  for (auto* predictions : {&hybrid.before, &hybrid.after}) {
    predictions->forget_coarse = at::zeros_like(predictions->forget);
    predictions->forget_coarse.slice(0, 0, 10).fill_(true);
  }
  const auto values = compute("accuracy", {hybrid});
  REQUIRE(values.size() == 5);
  const auto gone = find(values, "forgotten/coarse");
  CHECK(gone.per_sample.size() == 10);
  CHECK_FALSE(gone.higher_is_better);
  CHECK(find(values, "forget/coarse").per_sample.size() == 90);
}

TEST_CASE("zero-shot: mean accuracy, mean and worst relative drop, each set") {
  const auto values = compute("zero_shot", full_suite());
  CHECK_THAT(*find(values, "zero_shot").value, WithinAbs((0.45 + 0.25) / 2, 1e-12));
  CHECK_THAT(*find(values, "zero_shot/mean_drop").value, WithinAbs(0.3, 1e-12));
  CHECK_THAT(*find(values, "zero_shot/worst_drop").value, WithinAbs(0.5, 1e-12));
  CHECK_FALSE(find(values, "zero_shot/worst_drop").higher_is_better);
  CHECK(find(values, "zero_shot/letters").value == 0.45);
  CHECK(find(values, "zero_shot/digits").value == 0.25);
}

TEST_CASE("zero-shot: a set the original model fails on leaves the drops undefined, by name") {
  auto all = full_suite();
  all[2].before = predictions(of_retain(0, 40));
  const auto values = compute("zero_shot", all);
  CHECK_FALSE(find(values, "zero_shot/worst_drop").value);
  CHECK(find(values, "zero_shot/worst_drop").reason ==
        "digits: the original model gets none right");
  CHECK(find(values, "zero_shot/mean_drop").reason == "digits: the original model gets none right");
  CHECK(find(values, "zero_shot").value);
}

TEST_CASE("out of domain: Q, U, Q-U there, and the gap to the own domain") {
  const auto values = compute("out_of_domain", full_suite());
  const double u = (0.75 + 600. / 700 + 500. / 600) / 3;
  CHECK_THAT(*find(values, "out_of_domain/forgetting_quality").value, WithinAbs(0.5, 1e-12));
  CHECK_THAT(*find(values, "out_of_domain/utility").value, WithinAbs(u, 1e-12));
  CHECK_THAT(*find(values, "out_of_domain/q_u").value, WithinAbs(u / (0.5 + u), 1e-12));
  CHECK_THAT(*find(values, "out_of_domain/gap").value, WithinAbs(0.9 - 0.5, 1e-12));
  CHECK_FALSE(find(values, "out_of_domain/gap").higher_is_better);
}

TEST_CASE("out of domain: without a matched forget class, undefined with the reason") {
  auto all = full_suite();
  all[3].before.forget.zero_();
  all[3].after.forget.zero_();
  for (const char* name : {"forgetting_quality", "utility", "q_u", "gap"}) {
    const auto value = value_of("out_of_domain", all, std::string("out_of_domain/") + name);
    CAPTURE(name);
    CHECK_FALSE(value.value);
    CHECK(value.reason.find("no such picture") != std::string::npos);
  }
}

TEST_CASE("out of domain: without an in-domain evaluation only the gap is undefined") {
  const std::vector<Evaluation> all{full_suite()[3]};
  CHECK(value_of("out_of_domain", all, "out_of_domain/q_u").value);
  CHECK(value_of("out_of_domain", all, "out_of_domain/gap").reason == "no in-domain evaluation");
}

TEST_CASE("a suite without the evaluation a metric needs gets one undefined value") {
  const std::string id =
      GENERATE("accuracy", "forgetting_quality", "utility", "q_u", "zero_shot", "out_of_domain");
  const auto values = compute(id, {});
  CAPTURE(id);
  REQUIRE(values.size() == 1);
  CHECK_FALSE(values[0].value);
  CHECK(values[0].reason.starts_with("no "));
}

TEST_CASE("several evaluations of a role are told apart by their ids") {
  auto all = full_suite();
  all.push_back(evaluation(before, before, Role::in_domain, "validation"));
  CHECK(value_of("q_u", all, "in_domain/q_u").value);
  CHECK(value_of("q_u", all, "validation/q_u").value == 0);
  CHECK(value_of("accuracy", all, "validation/forget/fine").value == 0.9);
}

TEST_CASE("metrics do not care about the order of the samples") {
  const std::string id =
      GENERATE("accuracy", "forgetting_quality", "utility", "q_u", "zero_shot", "out_of_domain");
  auto all = full_suite();
  const auto plain = compute(id, all);
  for (auto& one : all) {
    const auto order =
        at::randperm(one.before.forget.numel(), make_generator(3, one.id), at::kLong);
    for (auto* side : {&one.before, &one.after})
      for (auto* column : {&side->fine_target, &side->fine_predicted, &side->coarse_target,
                           &side->coarse_predicted, &side->forget})
        *column = column->index_select(0, order);
  }
  const auto shuffled = compute(id, all);
  REQUIRE(plain.size() == shuffled.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CAPTURE(plain[i].name);
    CHECK(plain[i].value == shuffled[i].value);
  }
}

TEST_CASE("metrics do not care about the numbering of the classes") {
  const std::string id = GENERATE("forgetting_quality", "utility", "q_u", "out_of_domain");
  auto all = full_suite();
  const auto plain = compute(id, all);
  const auto fine = at::tensor({2, 0, 3, 1}, at::kLong), coarse = at::tensor({1, 0}, at::kLong);
  for (auto& one : all) {
    for (auto* side : {&one.before, &one.after}) {
      for (auto* column : {&side->fine_target, &side->fine_predicted})
        *column = fine.index_select(0, *column);
      for (auto* column : {&side->coarse_target, &side->coarse_predicted})
        *column = coarse.index_select(0, *column);
    }
  }
  const auto renumbered = compute(id, all);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(plain[i].value == renumbered[i].value);
}

TEST_CASE("bounds hold for every defined value") {
  for (const char* id :
       {"accuracy", "forgetting_quality", "utility", "q_u", "zero_shot", "out_of_domain"}) {
    for (const auto& value : compute(id, full_suite())) {
      CAPTURE(value.name);
      REQUIRE(value.value);
      if (value.lower) CHECK(*value.value >= *value.lower);
      if (value.upper) CHECK(*value.value <= *value.upper);
    }
  }
}

}  // namespace
}  // namespace lacuna::testing
