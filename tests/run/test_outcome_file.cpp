#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "../folders.hpp"
#include "lacuna/error.hpp"
#include "model/weights/safetensors.hpp"
#include "run/results/outcome_file.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

Predicted sample() {
  Predicted out;
  out.taxonomy = {{"a", "b", "c"}, {"x", "y"}, {0, 0, 1}};
  out.asked = {{"fine", at::tensor({0, 0, 1, 2}, at::kLong), {}},
               {"coarse", at::tensor({0, 0, 0, 1}, at::kLong), {}}};
  out.outcome.columns = {
      {"fine/predicted", at::tensor({0, 1, 1, 2}, at::kLong)},
      {"fine/nll", at::tensor({.1, .9, .2, .3}, at::kFloat)},
      {"fine/margin", at::tensor({2., -1., 1., 3.}, at::kFloat)},
      {"fine/top5", at::tensor({0, 1, 2, 1, 0, 2, 1, 0, 2, 2, 0, 1}, at::kLong).view({4, 3})},
      {"coarse/predicted", at::tensor({0, 0, 1, 1}, at::kLong)}};
  return out;
}

// What load_outcome says of a file with one tensor replaced; an undefined one: taken away.
std::string refusal(const std::string& tensor, const at::Tensor& value) {
  const TemporaryFolder folder;
  const auto path = folder / "p.safetensors";
  save_outcome(path, sample());
  auto file = load_safetensors(path);
  if (value.defined()) {
    file.tensors[tensor] = value;
  } else {
    file.tensors.erase(tensor);
  }
  save_safetensors(path, file.tensors, file.metadata);
  try {
    load_outcome(path);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
  }
  return "";
}

}  // namespace

TEST_CASE("An outcome is read back as it was, and written as the same bytes") {
  const TemporaryFolder folder;
  save_outcome(folder / "p.safetensors", sample());
  const auto before = sample(), after = load_outcome(folder / "p.safetensors");
  CHECK(before.taxonomy.fine == after.taxonomy.fine);
  CHECK(before.taxonomy.coarse == after.taxonomy.coarse);
  CHECK(before.taxonomy.parent == after.taxonomy.parent);
  REQUIRE(after.asked.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(before.asked[i].question == after.asked[i].question);
    CHECK(at::equal(before.asked[i].target, after.asked[i].target));
  }
  REQUIRE(after.outcome.columns.size() == before.outcome.columns.size());
  for (const auto& [name, column] : before.outcome.columns) {
    INFO(name);
    CHECK(at::equal(column, after.outcome.at(name)));
  }
  save_outcome(folder / "q.safetensors", after);
  CHECK(read_file(folder / "p.safetensors") == read_file(folder / "q.safetensors"));
}

TEST_CASE("Labels beyond a byte are kept") {
  const TemporaryFolder folder;
  auto predicted = sample();
  predicted.taxonomy = {{}, {}, {}};
  for (int i = 0; i < 300; ++i) predicted.taxonomy.fine.push_back(std::to_string(i));
  predicted.asked.pop_back();
  const auto labels = at::tensor({0, 255, 256, 299}, at::kLong);
  predicted.outcome.columns = {{"fine/predicted", labels}};
  save_outcome(folder / "p.safetensors", predicted);
  CHECK(at::equal(load_outcome(folder / "p.safetensors").outcome.at("fine/predicted"), labels));
}

TEST_CASE("Outcomes that are none are refused") {
  const TemporaryFolder folder;
  const auto path = folder / "p.safetensors";
  save_safetensors(path, {{"x", at::zeros({2})}});
  CHECK_THROWS_WITH(load_outcome(path),
                    path.string() + ": not an outcome file (its metadata is missing or damaged)");
  save_safetensors(path, {{"x", at::zeros({2})}},
                   {{"format", "lacuna outcome 0"}, {"outcome", "{}"}});
  CHECK_THROWS_WITH(
      load_outcome(path),
      path.string() + ": its format is lacuna outcome 0 (this program reads lacuna outcome 1)");
  CHECK(refusal("fine/predicted", at::full({4}, 3, at::kByte)) ==
        "tensor 'fine/predicted' holds a label that has no name");
  CHECK(refusal("coarse/target", at::full({4}, 2, at::kByte)) ==
        "tensor 'coarse/target' holds a label that has no name");
  CHECK(refusal("fine/top5", at::full({4, 3}, 7, at::kByte)) ==
        "tensor 'fine/top5' holds a label that has no name");
  CHECK(refusal("fine/nll", at::zeros({3})) ==
        "tensor 'fine/nll' has not as many rows as there are samples");
  CHECK(refusal("fine/predicted", {}) == "tensor 'fine/predicted' is missing");
  CHECK(refusal("fine/target", {}) == "tensor 'fine/target' is missing");
  CHECK(refusal("fine/target", at::zeros({4, 1}, at::kByte)) ==
        "tensor 'fine/target' is not a list of labels");
}

TEST_CASE("An evaluation says whose answers were to be forgotten") {
  const auto both = evaluation_of("in_domain", Role::in_domain, sample(), sample(), {0}, {1});
  REQUIRE(both.asked.size() == 2);
  CHECK(at::equal(both.asked[0].forget, at::tensor({1, 1, 0, 0}).to(at::kBool)));
  CHECK(at::equal(both.asked[1].forget, at::tensor({0, 0, 0, 1}).to(at::kBool)));
  CHECK(count(both, both.after, Group::forget, "fine") == Count{1, 2});
  CHECK(count(both, both.after, Group::spared, "coarse") == Count{2, 2});
  CHECK(count(both, both.after, Group::retain, "coarse") == Count{0, 1});
  CHECK(count(both, both.after, Group::forget, "coarse") == Count{1, 1});
  const auto none = evaluation_of("letters", Role::zero_shot, sample(), sample(), {});
  CHECK(count(none, none.after, Group::forget, "fine") == Count{0, 0});
  CHECK(count(none, none.after, Group::all, "fine") == Count{3, 4});
}

TEST_CASE("An evaluation is of one set of pictures") {
  auto other = sample();
  other.asked[0].target = at::tensor({1, 0, 1, 2}, at::kLong);
  CHECK_THROWS_WITH(evaluation_of("in_domain", Role::in_domain, other, sample(), {0}),
                    "in_domain: the original model was evaluated on other pictures");
}
