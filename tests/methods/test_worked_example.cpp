// The worked example of the reference: every quantity, through the real plugins.
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"
#include "train/kl_terms.hpp"
#include "train/presets.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

constexpr double tolerance = 1.5e-6;  // the reference prints six decimals; ours are float32

double loss(const std::string& id, const nlohmann::json& params = {}) {
  return objective(id, params)->loss(worked_example(), {}).item<double>();
}

double with_kl(const std::string& id, const nlohmann::json& params, const KlConfig& config) {
  const auto terms = kl_terms(worked_example(), config);
  return loss(id, params) + config.coarse * terms.coarse.item<double>() +
         config.fine * terms.fine.item<double>();
}

TEST_CASE("worked example: cross-entropies") {
  const auto batch = worked_example();
  const auto &fine = fine_of(batch), &coarse = *find_question(batch.keep(), "coarse");
  CHECK_THAT(nll(fine).mean().item<double>(), WithinAbs(1.321599, tolerance));
  CHECK_THAT(nll(coarse).mean().item<double>(), WithinAbs(0.455700, tolerance));
  CHECK_THAT(fine.teacher_nll().mean().item<double>(), WithinAbs(0.736261, tolerance));
}

TEST_CASE("worked example: ga, gdiff, me, nhl, npo") {
  CHECK_THAT(loss("ga"), WithinAbs(-1.321599, tolerance));
  CHECK_THAT(loss("gdiff"), WithinAbs(-0.865899, tolerance));
  CHECK_THAT(loss("me"), WithinAbs(0.891004, tolerance));
  CHECK_THAT(loss("me", {{"keep", 0}}), WithinAbs(0.435304, tolerance));
  CHECK_THAT(loss("me", {{"keep", 0}, {"epsilon", 1e-7}}), WithinAbs(0.435304, tolerance));
  CHECK_THAT(loss("nhl"), WithinAbs(1.75, tolerance));
  CHECK_THAT(loss("nhl", {{"mask", "zero"}}), WithinAbs(1.5, tolerance));
  CHECK_THAT(loss("npo"), WithinAbs(2.239195, tolerance));
  CHECK_THAT(loss("npo", {{"reduction", "batch"}}), WithinAbs(2.229926, tolerance));
}

TEST_CASE("worked example: KL terms") {
  const auto mean = kl_terms(worked_example(), {.coarse = 1, .fine = 1});
  CHECK_THAT(mean.coarse.item<double>(), WithinAbs(0.068427, tolerance));
  CHECK_THAT(mean.fine.item<double>(), WithinAbs(0.153907, tolerance));
  const auto numel = kl_terms(worked_example(), {.coarse = 1, .fine = 1, .reduction = "numel"});
  CHECK_THAT(numel.coarse.item<double>(), WithinAbs(0.034214, tolerance));
  CHECK_THAT(numel.fine.item<double>(), WithinAbs(0.051302, tolerance));
}

TEST_CASE("worked example: whole rows of the paper") {
  const double sum = 5 * tolerance;  // weights up to 20 on terms of six decimals
  CHECK_THAT(with_kl("ga", {}, {20, 20, "numel"}), WithinAbs(0.388719, sum));
  CHECK_THAT(with_kl("npo", {}, {5, 20, "numel"}), WithinAbs(3.436308, sum));
  CHECK_THAT(with_kl("npo", {{"reduction", "batch"}}, {5, 20, "numel"}), WithinAbs(3.427039, sum));
  CHECK_THAT(with_kl("nhl", {}, {10, 20, "numel"}), WithinAbs(3.118181, sum));
  CHECK_THAT(with_kl("nhl", {{"mask", "zero"}}, {10, 20, "numel"}), WithinAbs(2.868181, sum));
  CHECK_THAT(with_kl("nhl", {}, {10. / 2, 20. / 3, "batch"}), WithinAbs(3.118181, sum));
}

TEST_CASE("worked example: the reference preset gives the released code's numbers") {
  const auto overrides = [](const char* id) { return preset({"reference"}, id).at("params"); };
  CHECK_THAT(loss("nhl", overrides("nhl")), WithinAbs(1.5, tolerance));
  CHECK_THAT(loss("npo", overrides("npo")), WithinAbs(2.229926, tolerance));
}

TEST_CASE("worked example: the task vector's fine-tuning loss") {
  double value = 0;
  bool fits_truth = false;
  CatchingContext context([&](Objective& objective) {
    const auto batch = worked_example();
    value = objective.loss(batch, {}).item<double>();
    fits_truth = objective.fitted(fine_of(batch)).equal(fine_of(batch).target());
  });
  method("task_vector").make_method({})->run(context);
  CHECK_THAT(value, WithinAbs(1.298814, tolerance));
  CHECK(fits_truth);
}

}  // namespace
}  // namespace lacuna::testing
