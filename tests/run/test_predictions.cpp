#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "lacuna/lacuna.hpp"
#include "model/safetensors.hpp"
#include "run/predictions.hpp"
#include "run/score.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<EvaluationPredictions> sample() {
  Predictions predictions;
  predictions.taxonomy = {{"a", "b", "c"}, {"x", "y"}, {0, 0, 1}};
  predictions.fine_target = at::tensor({0, 0, 1, 2}, at::kLong);
  predictions.fine_predicted = at::tensor({0, 1, 1, 2}, at::kLong);
  predictions.coarse_target = at::tensor({0, 0, 0, 1}, at::kLong);
  predictions.coarse_predicted = at::tensor({0, 0, 1, 1}, at::kLong);
  predictions.forget = at::tensor({1, 1, 0, 0}, at::kLong).to(at::kBool);
  auto flat = predictions;
  flat.taxonomy = {{"a", "b", "c"}, {}, {}};
  flat.coarse_target = flat.coarse_predicted = at::Tensor();
  flat.forget = at::zeros({4}, at::kBool);
  return {{"in_domain", Role::in_domain, {0}, predictions}, {"letters", Role::zero_shot, {}, flat}};
}

}  // namespace

TEST_CASE("Predictions are read back as they were") {
  const TemporaryFolder folder;
  save_predictions(folder / "p.safetensors", sample());
  const auto before = sample(), after = load_predictions(folder / "p.safetensors");
  REQUIRE(after.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto &a = before[i].predictions, &b = after[i].predictions;
    CHECK(before[i].id == after[i].id);
    CHECK(before[i].role == after[i].role);
    CHECK(before[i].forget == after[i].forget);
    CHECK(a.taxonomy.fine == b.taxonomy.fine);
    CHECK(a.taxonomy.parent == b.taxonomy.parent);
    CHECK(at::equal(a.fine_target, b.fine_target));
    CHECK(at::equal(a.fine_predicted, b.fine_predicted));
    CHECK(at::equal(a.forget, b.forget));
    CHECK(a.coarse_predicted.defined() == b.coarse_predicted.defined());
  }
  CHECK(at::equal(before[0].predictions.coarse_target, after[0].predictions.coarse_target));
  CHECK(at::equal(before[0].predictions.coarse_predicted, after[0].predictions.coarse_predicted));
  save_predictions(folder / "q.safetensors", after);
  CHECK(read_file(folder / "p.safetensors") == read_file(folder / "q.safetensors"));
}

TEST_CASE("Labels beyond a byte are kept") {
  const TemporaryFolder folder;
  auto evaluations = sample();
  auto& predictions = evaluations[1].predictions;
  predictions.taxonomy.fine.clear();
  for (int i = 0; i < 300; ++i) predictions.taxonomy.fine.push_back(std::to_string(i));
  predictions.fine_predicted = at::tensor({0, 255, 256, 299}, at::kLong);
  save_predictions(folder / "p.safetensors", evaluations);
  CHECK(at::equal(load_predictions(folder / "p.safetensors")[1].predictions.fine_predicted,
                  predictions.fine_predicted));
}

TEST_CASE("Predictions that are none are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "p.safetensors";
  save_safetensors(path, {{"x", at::zeros({2})}});
  CHECK_THROWS_WITH(
      load_predictions(path),
      path.string() + ": not a predictions file (its metadata is missing or damaged)");
  save_predictions(path, sample());
  auto file = load_safetensors(path);
  file.tensors["in_domain/fine_predicted"] = at::full({4}, 3, at::kByte);
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_THROWS_WITH(
      load_predictions(path),
      path.string() + ": tensor 'in_domain/fine_predicted' holds a label that has no name");
  file.tensors["in_domain/fine_predicted"] = at::zeros({3}, at::kByte);
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_THROWS_WITH(load_predictions(path),
                    path.string() + ": in_domain: there are not as many predictions as pictures");
  file.tensors.erase("in_domain/fine_predicted");
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_THROWS_WITH(load_predictions(path),
                    path.string() + ": tensor 'in_domain/fine_predicted' is missing");
}

TEST_CASE("Counts are kept by group and level") {
  CHECK(counts_of(sample()[0]) == nlohmann::json::parse(R"({
    "forget": {"fine": [1, 2], "coarse": [2, 2]},
    "retain": {"fine": [2, 2], "coarse": [1, 2]},
    "all": {"fine": [3, 4], "coarse": [3, 4]}})"));
  CHECK(counts_of(sample()[1]) == nlohmann::json::parse(R"({"all": {"fine": [3, 4]}})"));
}

TEST_CASE("Metrics become rows; one that fails costs no predictions") {
  Registry registry;
  registry.load(RUN_FIXTURES "/others/agreement.so");
  const auto use = [](nlohmann::json params) {
    return nlohmann::json{{{"id", "agreement"}, {"params", std::move(params)}}};
  };
  auto rows = score(sample(), sample(), use({{"scale", 0.5}}), registry);
  CHECK(rows[0] ==
        nlohmann::json::parse(R"({"metric": "agreement", "version": "1.0.0", "name": "agreement",
    "value": 0.5, "unit": "1", "higher_is_better": true, "lower": null, "upper": null})"));
  rows = score(sample(), sample(), use({{"fail", true}}), registry);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("value").is_null());
  CHECK(rows[0].at("reason") == "failed: agreement: asked to fail");
  auto others = sample();
  others[0].predictions.fine_target = at::zeros({4}, at::kLong);
  CHECK_THROWS_WITH(score(others, sample(), use({}), registry),
                    ContainsSubstring("in_domain: the original model"));
}
