// What a command finds in its folder, read as the command would.
#include <map>

#include "doors/job_folder.hpp"
#include "fixtures.hpp"
#include "pictures/decode.hpp"

namespace lacuna::testing {
namespace {

using nlohmann::json;

TEST_CASE("external: every field of job.json") {
  const Place place;
  place.shell("cp model/model.safetensors weights.safetensors",
              {{"args", {{"rate", 0.5}, {"layers", {1, 2}}}}});
  const auto job = read_json(place.work() / "job.json");
  CHECK(job == json{{"format", "lacuna door 1"},
                    {"request", {{"id", "difficult"}, {"level", "fine"}}},
                    {"seed", 3},
                    {"exemplars", "pictures"},
                    {"samples", {{"forget", 5}, {"retain", 0}}},
                    {"concepts", {"ant", "bee, the \"busy\" one"}},
                    {"forget_coarse", json::array()},
                    {"templates", {"a {}.", "my {}!"}},
                    {"taxonomy",
                     {{"fine", {"ant", "bee, the \"busy\" one", "cat"}},
                      {"coarse", {"bug", "beast"}},
                      {"parent", {0, 0, 1}}}},
                    {"args", {{"rate", 0.5}, {"layers", {1, 2}}}}});
}

TEST_CASE("external: the model, the samples as tensors and as pictures, the prompts as tokens") {
  const Place place;
  const SampleSets sets{tiny_set(5, {0}), granted_set()};
  place.shell("cp model/model.safetensors weights.safetensors", {}, sets);
  const auto work = place.work();
  CHECK(checkpoint_hash(load_checkpoint(work / "model")) == checkpoint_hash(place.model));

  const auto forget = load_safetensors(work / "set/forget.safetensors").tensors;
  CHECK(forget.size() == 4);
  CHECK(forget.at("images").equal(sets.forget.images));
  CHECK(forget.at("fine").equal(at::tensor({0, 1, 0, 1, 0}, at::kLong)));
  CHECK(forget.at("coarse").equal(at::zeros({5}, at::kLong)));
  CHECK(forget.at("forget_coarse").equal(at::ones({5}, at::kBool)));
  const auto retain = load_safetensors(work / "set/retain.safetensors").tensors;
  CHECK(retain.size() == 3);
  CHECK(retain.at("fine").equal(at::full({2}, 2, at::kLong)));
  CHECK(retain.at("coarse").equal(at::full({2}, 1, at::kLong)));
  CHECK(read_json(work / "job.json").at("forget_coarse") == json{"bug"});

  CHECK(read_file(work / "set/retain.csv") ==
        "file,fine_label,fine_name,coarse_label,coarse_name\n"
        "retain/00000.png,2,cat,1,beast\n"
        "retain/00001.png,2,cat,1,beast\n");
  CHECK(read_file(work / "set/forget.csv")
            .starts_with("file,fine_label,fine_name,coarse_label,coarse_name\n"
                         "forget/00000.png,0,ant,0,bug\n"
                         "forget/00001.png,1,\"bee, the \"\"busy\"\" one\",0,bug\n"));
  for (int i = 0; i < 5; ++i) {
    const auto picture =
        pictures::decode(work / "set/forget" / ("0000" + std::to_string(i) + ".png"));
    CHECK(picture.permute({2, 0, 1}).equal(sets.forget.images[i]));
  }

  const auto prompts = load_safetensors(work / "set/prompts.safetensors").tensors;
  CHECK(prompts.at("fine").size(0) == 2);
  CHECK(prompts.at("fine").size(1) == 3);
  CHECK(prompts.at("coarse").size(1) == 2);
  const auto own = place.model.tokenizer.encode({"my cat!"}, 24);
  CHECK(prompts.at("fine")[1][2].slice(0, 0, own.size(1)).equal(own[0]));
}

TEST_CASE("external: names without coarse ones, and samples that are texts") {
  const Place place;
  auto set = tiny_set();
  set.images = at::Tensor();
  set.texts = {"a ant.", "b", "c, d", "e", "f"};
  set.taxonomy.coarse.clear(), set.taxonomy.parent.clear();
  ask_to_forget(set, at::arange(5, at::kLong).remainder(2));
  place.shell("cp model/model.safetensors weights.safetensors", {}, {set});
  const auto work = place.work();
  CHECK(read_file(work / "set/forget.csv")
            .starts_with("text,fine_label,fine_name,coarse_label,coarse_name\na ant.,0,ant,,\n"));
  CHECK(read_json(work / "job.json").at("exemplars") == "text");
  CHECK_FALSE(std::filesystem::exists(work / "set/forget"));
  CHECK(load_safetensors(work / "set/forget.safetensors").tensors.size() == 1);
  CHECK(load_safetensors(work / "set/prompts.safetensors").tensors.size() == 1);
}

}  // namespace
}  // namespace lacuna::testing
