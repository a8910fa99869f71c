// What each row contributes to a value: its mean is the value, its spread is the bootstrap's.
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "fixtures.hpp"
#include "lacuna/random.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// How often a model is right: about as often as `share`, after as before where `same` draws so.
at::Tensor right(at::Tensor share, at::Generator& draws) {
  return at::rand(share.sizes(), draws).lt(share);
}

// 1,600 rows in a drawn order. Of the 400 of the forget group 160 lose their coarse label as well;
// retain coarse rises, so that utility is clipped there. A row that was right stays so more often.
Evaluation drawn(const std::string& id, Role role, std::uint64_t seed) {
  auto draws = make_generator(seed, id);
  Evaluation out;
  out.id = id, out.role = role;
  const auto place = at::randperm(1600, draws, at::kLong);
  const auto forget = place.lt(400), gone = place.lt(160);
  const auto zero = at::zeros({1600}, at::kLong);
  out.asked = {{"fine", zero, forget}, {"coarse", zero, gone}};
  const auto choose = [&](double a, double b, double c) {
    return at::where(gone, at::full({1600}, a), at::where(forget, b, c));
  };
  for (const std::string question : {"fine", "coarse"}) {
    const bool fine = question == "fine";
    const auto before = right(fine ? choose(.9, .9, .85) : choose(.8, .8, .6), draws);
    const auto target = fine ? choose(.15, .15, .7) : choose(.3, .6, .9);
    const auto after = right(at::where(before, target, target * 0.7), draws);
    out.before.columns[question + "/predicted"] = before.logical_not().to(at::kLong);
    out.after.columns[question + "/predicted"] = after.logical_not().to(at::kLong);
  }
  return out;
}

const std::vector<Evaluation>& suite() {
  static const std::vector<Evaluation> all{drawn("in_domain", Role::in_domain, 1),
                                           drawn("letters", Role::zero_shot, 2),
                                           drawn("sketches", Role::out_of_domain, 3)};
  return all;
}

// By metric and name.
std::map<std::string, Value> values_of(const std::vector<Evaluation>& all) {
  std::map<std::string, Value> out;
  for (const char* id : shipped)
    for (const auto& value : compute(id, all)) out[value.name] = value;
  return out;
}

TEST_CASE("contributions: one a row, whose mean is the value") {
  for (const auto& [name, value] : values_of(suite())) {
    CAPTURE(name);
    REQUIRE(value.value);
    if (name.ends_with("_gap")) {
      CHECK(value.per_sample.empty());  // of two evaluations
      CHECK(value.evaluation.empty());
      continue;
    }
    CHECK(value.evaluation == (name.starts_with("zero_shot")   ? "letters"
                               : name.starts_with("sketches/") ? "sketches"
                                                               : "in_domain"));
    CHECK(std::ssize(value.per_sample) == (value.count ? value.count->n : 1600));
    CHECK_THAT(mean(value.per_sample), WithinAbs(*value.value, 1e-12));
  }
}

TEST_CASE("contributions: their standard error is that of a bootstrap over the rows") {
  std::map<std::string, std::vector<double>> bootstrap;
  auto draws = make_generator(5, "bootstrap");
  for (int i = 0; i < 600; ++i) {
    auto all = suite();
    for (auto& one : all) one = rows(one, at::randint(1600, {1600}, draws, at::kLong));
    for (const auto& [name, value] : values_of(all)) bootstrap[name].push_back(*value.value);
  }
  for (const auto& [name, value] : values_of(suite())) {
    if (value.per_sample.empty()) continue;
    CAPTURE(name);
    const double error =
        deviation(value.per_sample) / std::sqrt(static_cast<double>(value.per_sample.size()));
    CHECK_THAT(error, WithinRel(deviation(bootstrap[name]), 0.1));
  }
}

TEST_CASE("contributions: they follow their rows") {
  auto draws = make_generator(7, "order");
  const auto order = at::randperm(1600, draws, at::kLong);
  const auto plain = value_of("q_u", suite(), "q_u").per_sample;
  const auto shuffled = value_of("q_u", {rows(suite()[0], order)}, "q_u").per_sample;
  for (std::int64_t i = 0; i < 1600; ++i)
    CHECK_THAT(shuffled[static_cast<std::size_t>(i)],
               WithinAbs(plain[static_cast<std::size_t>(order[i].item<std::int64_t>())], 1e-12));
}

TEST_CASE("contributions: beside itself no row moves what compares a model, to the last bit") {
  auto all = suite();
  for (auto& one : all) one.after = one.before;
  for (const auto& [name, value] : values_of(all)) {
    if (value.count || name == "zero_shot" || value.per_sample.empty()) continue;
    CAPTURE(name);
    CHECK(value.per_sample == std::vector<double>(1600, *value.value));
  }
}

TEST_CASE("contributions: nothing moves a utility whose ratios are all clipped, or a Q-U of 0") {
  const Counts before = row(80, 90, 700, 600, 100, 1000);
  const std::vector all{evaluation(before, row(90, 95, 800, 700, 100, 1000))};
  CHECK(value_of("utility", all, "utility").per_sample == std::vector<double>(1100, 1.0));
  CHECK(value_of("q_u", all, "q_u").per_sample == std::vector<double>(1100, 0.0));
  CHECK(deviation(value_of("utility", all, "utility_unclipped").per_sample) > 0.1);
}

TEST_CASE("contributions: means over several sets have none; the worst drop has its set's") {
  auto all = suite();
  all.push_back(drawn("digits", Role::zero_shot, 4));
  const auto values = compute("zero_shot", all);
  CHECK(find(values, "zero_shot").per_sample.empty());
  CHECK(find(values, "zero_shot_mean_drop").per_sample.empty());
  const auto worst = find(values, "zero_shot_worst_drop");
  const auto alone = [&](const Evaluation& set) {
    return value_of("zero_shot", {set}, "zero_shot_worst_drop");
  };
  const auto letters = alone(all[1]), digits = alone(all[3]);
  CHECK(worst.evaluation == (*letters.value > *digits.value ? "letters" : "digits"));
  CHECK(worst.per_sample == (*letters.value > *digits.value ? letters : digits).per_sample);
}

}  // namespace
}  // namespace lacuna::testing
