// Parameters of the methods: defaults, bounds, and the labels that relabelling draws.
#include "fixtures.hpp"
#include "lacuna/error.hpp"
#include "plugin/abilities.hpp"

namespace lacuna::testing {
namespace {

Samples labelled(std::int64_t n, std::int64_t classes) {
  return {
      .size = n,
      .forget = {{.question = "fine", .target = random_labels(n, classes, 5), .choices = classes}}};
}

const at::Tensor& truth(const Samples& set) { return set.forget.front().target; }

FakeBatch batch_of(const Samples& set) {
  const auto z = random_logits(set.size, set.forget.front().choices, 1);
  return FakeBatch({z.requires_grad_(true), z.detach(), truth(set)});
}

at::Tensor drawn(const Samples& set, const nlohmann::json& params, std::uint64_t seed) {
  const auto relabel = objective("relabel", params);
  relabel->prepare(set, make_generator(seed, "method"));
  return relabel->fitted(fine_of(batch_of(set)));
}

TEST_CASE("every method has a summary, a citation and its folder's id") {
  for (const auto& id : method_ids) {
    CAPTURE(id);
    CHECK(method(id).info.id == id);
    CHECK_FALSE(method(id).info.summary.empty());
    CHECK_FALSE(method(id).info.citation.empty());
  }
}

TEST_CASE("the defaults are the paper's") {
  CHECK(method("npo").resolve({}) == nlohmann::json{{"beta", 0.5}, {"reduction", "sample"}});
  CHECK(method("nhl").resolve({}) == nlohmann::json{{"margin", 2.0}, {"mask", "exclude"}});
  CHECK(method("relabel").resolve({}) == nlohmann::json{{"exclude_true", true}});
  CHECK(method("gdiff").resolve({}) == nlohmann::json{{"forget", 1.0}, {"keep", 1.0}});
  CHECK(method("me").resolve({}) == nlohmann::json{{"epsilon", 0.0}, {"keep", 1.0}});
  CHECK(method("task_vector").resolve({}) ==
        nlohmann::json{{"coarse_weight", 0.05}, {"scale", 1.5}});
  CHECK(method("salun").resolve({}) ==
        nlohmann::json{{"exclude_true", true}, {"fraction", 0.1}, {"mask_decay", true}});
}

TEST_CASE("bad parameters are refused") {
  CHECK_THROWS_AS(objective("npo", {{"beta", 0}}), ConfigError);
  CHECK_THROWS_AS(objective("npo", {{"reduction", "rows"}}), ConfigError);
  CHECK_THROWS_AS(objective("nhl", {{"mask", "none"}}), ConfigError);
  CHECK_THROWS_AS(objective("ga", {{"beta", 1}}), ConfigError);
  CHECK_THROWS_AS(objective("me", {{"keep", -1}}), ConfigError);
  CHECK_THROWS_AS(objective("relabel", {{"exclude_true", 1}}), ConfigError);
  CHECK_THROWS_AS(method("salun").make_method({{"fraction", 1.5}}), ConfigError);
  CHECK_THROWS_AS(method("quantise").make_method({{"bits", 1}}), ConfigError);
  CHECK_THROWS_AS(method("relearn").make_method({{"steps", 0}}), ConfigError);
}

TEST_CASE("an attack says that it is one") {
  for (const auto* id : {"quantise", "relearn"}) {
    CHECK(method(id).info.summary.starts_with("Attack: "));
    CHECK(method(id).info.summary.ends_with("; unlearns nothing"));
  }
  CHECK(method("quantise").resolve({}) == nlohmann::json{{"bits", 8}});
  CHECK(method("relearn").resolve({}) == nlohmann::json{{"steps", 20}});
}

TEST_CASE("what needs something to keep says so") {
  for (const auto& id : method_ids) {
    CAPTURE(id);
    const bool keeps = id == "gdiff" || id == "me" || id == "task_vector" || id == "pcgrad";
    CHECK(names_of(method(id).info.needs) ==
          (keeps ? std::vector<std::string>{"keep"} : std::vector<std::string>()));
  }
}

TEST_CASE("relabel never draws the true label, and every other one") {
  const auto set = labelled(2000, 4);
  const auto labels = drawn(set, {}, 1);
  CHECK_FALSE(labels.eq(truth(set)).any().item<bool>());
  const auto shift = (labels - truth(set)).remainder(4);
  for (const auto s : {1, 2, 3}) {
    const auto n = shift.eq(s).sum().item<std::int64_t>();  // 667 expected, sd 21
    CHECK(n > 560);
    CHECK(n < 770);
  }
}

TEST_CASE("relabel may draw the true label when told to") {
  const auto set = labelled(2000, 4);
  const auto n = drawn(set, {{"exclude_true", false}}, 1).eq(truth(set)).sum().item<std::int64_t>();
  CHECK(n > 400);  // 500 expected, sd 19
  CHECK(n < 600);
}

TEST_CASE("relabel's labels depend on the generator alone and are what its loss fits") {
  const auto set = labelled(50, 6);
  CHECK(drawn(set, {}, 1).equal(drawn(set, {}, 1)));
  CHECK_FALSE(drawn(set, {}, 1).equal(drawn(set, {}, 2)));
  const auto relabel = objective("relabel");
  relabel->prepare(set, make_generator(1, "method"));
  const auto batch = batch_of(set);
  const auto& fine = fine_of(batch);
  const auto expected = cross_entropy(fine.student(), relabel->fitted(fine)).mean();
  CHECK(relabel->loss(batch, {}).equal(expected));
}

TEST_CASE("relabel needs another class") {
  const auto set = labelled(3, 1);
  REQUIRE_THROWS_AS(objective("relabel")->prepare(set, make_generator(1, "method")), ConfigError);
}

}  // namespace
}  // namespace lacuna::testing
