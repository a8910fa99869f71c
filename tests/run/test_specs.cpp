// What a job's key is the hash of.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "run/jobs/specs.hpp"

using namespace lacuna;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

UnlearnSpec npo() {
  UnlearnSpec spec{.harness = "0.1.0"};
  spec.model = {.name = "demo", .hash = "abc", .folder = "/here/demo"};
  spec.request = {.id = "difficult",
                  .dataset = {.id = "shapes", .version = "1.0.0", .manifest = "m", .prompts = "p"},
                  .concepts = {"red", "blue"},
                  .level = "fine",
                  .split = "train",
                  .samples_per_concept = 50};
  spec.method = {.id = "npo", .version = "1.0.0", .params = {{"beta", 0.1}}, .binary = "b"};
  spec.kl = {{"coarse", 0}};
  spec.training = {{"epochs", 8}};
  spec.seed = 1;
  return spec;
}

}  // namespace

TEST_CASE("A key is the hash of what was asked, and of nothing of this machine") {
  const auto spec = npo();
  // Written down: results of other days and machines are found by it.
  CHECK(job_key(spec) == "9acf05dac8a5ec66e6d9");
  CHECK(job_key(spec) == job_key("unlearn", to_json(spec, Fields::identity)));
  auto other = npo();
  other.model.folder = "/there/demo";
  other.model.vocabulary = "/there/words";
  other.method.library = "/there/npo.so";
  other.request.dataset.library = "/there/shapes.so";
  other.set = "0123";
  CHECK(job_key(other) == job_key(spec));
  CHECK_THAT(to_json(other, Fields::identity).dump(), !ContainsSubstring("/there"));
  CHECK_THAT(to_json(other, Fields::all).dump(), ContainsSubstring("/there/npo.so"));

  const auto moves = [&](const auto& change) {
    auto changed = npo();
    change(changed);
    return job_key(changed) != job_key(spec);
  };
  CHECK(moves([](auto& it) { it.seed = 2; }));
  CHECK(moves([](auto& it) { it.input = "0123"; }));
  CHECK(moves([](auto& it) { it.model.hash = "abd"; }));
  CHECK(moves([](auto& it) { it.method.params["beta"] = std::nextafter(0.1, 1); }));
  CHECK(moves([](auto& it) { it.method.binary = "c"; }));
  CHECK(moves([](auto& it) { it.method.contents["file"] = "c"; }));
  CHECK(moves([](auto& it) { it.method.replaced = true; }));
  CHECK(moves([](auto& it) { it.request.dataset.manifest = "n"; }));
  CHECK(moves([](auto& it) { it.request.dataset.pictures = "n"; }));
  CHECK(moves([](auto& it) { it.request.exemplars = "text"; }));
  CHECK(moves([](auto& it) { it.request.retain = {"train", 2}; }));
  CHECK(moves([](auto& it) { it.request.forget_coarse = {"warm"}; }));

  PredictSpec predict{.model = spec.model, .unlearn = job_key(spec), .split = "test"};
  const auto before = job_key(predict);
  predict.data = {"/there"};
  CHECK(job_key(predict) == before);
  predict.precision = "tf32";
  CHECK(job_key(predict) != before);
}

TEST_CASE("A spec comes back from its JSON, and what is no spec is one line") {
  const auto spec = npo();
  const auto all = to_json(spec, Fields::all);
  CHECK(to_json(read_spec<UnlearnSpec>(JsonView(all, "f")), Fields::all) == all);
  const ScoreSpec score{.metric = {.id = "q_u"},
                        .evaluations = {{.id = "shop",
                                         .role = Role::out_of_domain,
                                         .forget = {1, 2},
                                         .before = "a",
                                         .after = "b"}}};
  const auto json_of = to_json(score, Fields::identity);
  const auto back = read_spec<ScoreSpec>(JsonView(json_of, "f"));
  CHECK(back.evaluations.at(0).role == Role::out_of_domain);
  CHECK(job_key(back) == job_key(score));

  auto wrong = all;
  wrong["request"]["dataset"].erase("version");
  CHECK_THROWS_WITH(read_spec<UnlearnSpec>(JsonView(wrong, "f")),
                    "f: request.dataset: 'version' is missing");
  wrong = all;
  wrong["request"]["concepts"] = {"red", 7};
  CHECK_THROWS_WITH(read_spec<UnlearnSpec>(JsonView(wrong, "f")),
                    ContainsSubstring("f: request.concepts[1]: "));
}
