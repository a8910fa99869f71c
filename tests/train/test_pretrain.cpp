// Pretraining: recipes and their errors, augmentation, resuming, the finishing phase.
#include <unistd.h>

#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "fixtures.hpp"
#include "model/clip/conv_tower.hpp"
#include "model/clip/zero_shot.hpp"
#include "support/files.hpp"
#include "train/augment.hpp"
#include "train/corpus.hpp"
#include "train/pretrain.hpp"
#include "train/pretrain_tower.hpp"
#include "train/recipe.hpp"

namespace lacuna::testing {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::EndsWith;
using Catch::Matchers::MessageMatches;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("lacuna-pretrain-" + std::to_string(getpid()));
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path);
    write_file_atomically(path / "merges.txt", "#version: 0.2\na n\nb e\n");
  }
  ~Folder() { fs::remove_all(path); }
};

// Four colours under two coarse names: learnable in a few steps.
class Colours final : public Dataset {
 public:
  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}.", "the {}."}; }
  std::vector<std::string> splits() const override { return {"train"}; }
  at::Tensor labels(const std::string&) const override {
    return at::arange(48, at::kLong).remainder(4);
  }
  std::vector<at::Tensor> images(const std::string&,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices) {
      auto picture = at::full({8, 8, 3}, 20 + index % 7, at::kByte);
      if (index % 4 < 3) picture.select(2, index % 4).fill_(220);
      out.push_back(picture);
    }
    return out;
  }
  std::string manifest() const override { return "colours"; }

 private:
  Taxonomy taxonomy_{{"red", "green", "blue", "black"}, {"warm", "cold"}, {0, 1, 1, 1}};
};

nlohmann::json recipe_json() {
  return nlohmann::json::parse(R"({
    "schema_version": 1, "name": "tiny", "seed": 3, "vocabulary": "merges.txt",
    "model": {"embedding": 8, "vision": {"type": "conv", "image_size": 8, "widths": [4, 4, 8, 8]},
              "text": {"context_length": 16, "width": 8, "heads": 2, "layers": 1}},
    "data": [{"dataset": "colours", "shift": 1}],
    "training": {"epochs": 12, "batch_size": 16, "learning_rate": 0.02, "precision": "float32"},
    "finish": {"epochs": 2, "learning_rate": 0.001}})");
}

Recipe recipe_of(const Folder& folder, const nlohmann::json& json) {
  write_json(folder.path / "recipe.json", json);
  return read_recipe(folder.path / "recipe.json");
}

std::string mistake(const nlohmann::json& change) {
  const Folder folder;
  auto json = recipe_json();
  json.merge_patch(change);
  try {
    recipe_of(folder, json);
  } catch (const ConfigError& e) {
    const std::string text = e.what();
    return text.substr(text.find("recipe.json: ") + 13);
  }
  return "accepted";
}

void run(const Folder& folder, const std::string& out, std::int64_t stop_after = 100,
         const nlohmann::json& json = recipe_json()) {
  std::vector<std::unique_ptr<Dataset>> datasets;
  datasets.push_back(std::make_unique<Colours>());
  pretrain(recipe_of(folder, json), datasets, folder.path / "merges.txt", folder.path / out,
           at::kCPU, [&](const PretrainProgress& progress) {
             if (progress.epoch == stop_after) throw Error("stopped");
           });
}

}  // namespace

TEST_CASE("pretrain: the embedded recipes are read") {
  for (const char* name : {"demo", "cifar100"}) {
    const auto recipe = read_recipe(fs::path(LACUNA_SOURCE_DIR) / "models" / name / "recipe.json");
    CHECK(recipe.name == name);
    CHECK(recipe.data.size() >= 5);
  }
}

TEST_CASE("pretrain: a mistake in a recipe is one line that names its place") {
  CHECK(mistake({{"schema_version", 2}}) == "schema_version: 2 is not known (1 is)");
  CHECK(mistake({{"nmae", "x"}}) == "'nmae': unknown key (did you mean 'name')");
  CHECK(mistake({{"training", {{"epochs", 0}}}}).starts_with("training.epochs: 0 is "));
  CHECK(mistake({{"finish", {{"epcohs", 1}}}}) ==
        "finish: 'epcohs': unknown key (did you mean 'epochs')");
  CHECK(mistake({{"model", {{"vision", {{"widths", {1, 2}}}}}}}) ==
        "model.vision.widths: [1,2] is not four channel counts");
  CHECK(mistake({{"data", nlohmann::json::array()}}) == "data: is empty (at least one is needed)");
  CHECK(mistake({{"data", {{{"split", "train"}}}}}) == "data[0]: 'dataset' is missing");
}

TEST_CASE("pretrain: unset fields of the finishing phase are the training's") {
  const Folder folder;
  const auto recipe = recipe_of(folder, recipe_json());
  REQUIRE(recipe.finish);
  CHECK(recipe.finish->epochs == 2);
  CHECK(recipe.finish->batch_size == 16);
}

TEST_CASE("pretrain: augmentation moves, mirrors and cuts only what it may") {
  const auto pixels =
      at::randint(256, {6, 3, 8, 8}, make_generator(1, "pixels"), at::kByte).contiguous();
  const auto none = at::zeros({6}, at::kLong), no_flip = at::zeros({6}, at::kBool);
  CHECK(at::equal(augment(pixels, {no_flip, none, none}, make_generator(2, "augment")), pixels));

  const auto cut =
      augment(pixels, {no_flip, none, at::full({6}, 4, at::kLong)}, make_generator(2, "augment"));
  const auto grey = cut.ne(pixels).any(1);
  CHECK(grey.any().item<bool>());
  CHECK(grey.sum({1, 2}).max().item<std::int64_t>() <= 25);
  CHECK(cut.masked_select(cut.ne(pixels)).eq(128).all().item<bool>());

  const auto flipped =
      augment(pixels, {at::ones({6}, at::kBool), none, none}, make_generator(2, "augment"));
  for (std::int64_t i = 0; i < 6; ++i)
    CHECK((at::equal(flipped[i], pixels[i]) || at::equal(flipped[i], pixels[i].flip(2))));
  CHECK_FALSE(at::equal(flipped, pixels));
}

TEST_CASE("pretrain: folding the normalisation keeps the features") {
  const auto written = recipe_json();
  const auto config = clip_config_from(JsonView(written["model"], "recipe"));
  const auto model = TrainableModel::create(config, make_generator(1, "init"));
  for (const auto& [name, tensor] : model.buffers)  // statistics that a wrong fold would show
    tensor.copy_(at::rand(tensor.sizes(), make_generator(9, name)) +
                 (name.ends_with(".var") ? 0.5 : -0.5));
  const auto pixels = at::randint(256, {4, 3, 8, 8}, make_generator(1, "pixels"), at::kByte);

  const auto unit = [&](const std::string& name, const at::Tensor& x, std::int64_t stride) {
    const auto& p = model.parameters;
    const auto y = at::conv2d(x, p.at(name + ".weight"), {}, {stride, stride}, {1, 1});
    return at::batch_norm(y, p.at(name + ".norm.weight"), p.at(name + ".norm.bias"),
                          model.buffers.at(name + ".norm.mean"),
                          model.buffers.at(name + ".norm.var"), false, 0.1, 1e-5, false);
  };
  const auto pooled = conv_tower(normalise_pixels(config.vision, pixels), unit);
  const auto expected = unit_length(at::matmul(pooled, model.parameters.at("visual.proj")));
  const auto folded = Clip(config, model.folded()).image_features(pixels);
  REQUIRE(expected.isfinite().all().item<bool>());
  CHECK(at::allclose(folded, expected, 1e-4, 1e-5));

  // A folded model is a fixed point: folding it again changes nothing.
  const TrainableModel again{config, model.folded(), {}};
  CHECK_FALSE(again.normalised());
  for (const auto& [name, tensor] : again.folded())
    CHECK(at::equal(tensor, model.folded().at(name)));
}

TEST_CASE("pretrain: an interrupted run, resumed, gives the same bytes; and it learns") {
  const Folder folder;
  run(folder, "whole");
  for (const std::int64_t epoch :
       {2, 12, 13}) {  // in the first phase, at the change, in the second
    const auto out = "stopped-" + std::to_string(epoch);
    CHECK_THROWS_AS(run(folder, out, epoch), Error);
    CHECK(fs::exists(folder.path / out / "state.safetensors"));
    run(folder, out);
    for (const char* file : {"model.safetensors", "config.json", "merges.txt", "log.jsonl"})
      CHECK(read_file(folder.path / "whole" / file) == read_file(folder.path / out / file));
    CHECK_FALSE(fs::exists(folder.path / out / "state.safetensors"));
  }
  const auto model = load_checkpoint(folder.path / "whole");
  const auto predicted =
      predict({model.config, model.weights}, model.tokenizer, Colours(), "train");
  const auto right = predicted.outcome.at("fine/predicted") == predicted.asked.front().target;
  CHECK(right.sum().item<std::int64_t>() >= 30);  // of 48; chance is 12
}

TEST_CASE("pretrain: the epoch that does best on validation is kept, interrupted or not") {
  const Folder folder;
  auto json = recipe_json();
  json["data"][0]["validation"] = "train";
  json["training"]["learning_rate"] = 0.05;  // so that the last epoch need not be the best one
  run(folder, "whole", 100, json);
  std::istringstream log(read_file(folder.path / "whole/log.jsonl"));
  std::int64_t best = -1, epochs = 0, kept = 0;
  for (std::string line; std::getline(log, line); ++epochs) {
    const auto epoch = nlohmann::json::parse(line);
    const auto right = epoch.at("validation").at(0).at(0).get<std::int64_t>();
    CHECK(epoch.at("validation").at(0).at(1) == 48);
    CHECK(epoch.contains("kept") == (right > best));
    kept += epoch.contains("kept");
    best = std::max(best, right);
  }
  CHECK(epochs == 14);
  CHECK(kept >= 1);
  const auto model = load_checkpoint(folder.path / "whole");
  const auto predicted =
      predict({model.config, model.weights}, model.tokenizer, Colours(), "train");
  CHECK((predicted.outcome.at("fine/predicted") == predicted.asked.front().target)
            .sum()
            .item<std::int64_t>() == best);

  CHECK_THROWS_AS(run(folder, "stopped", 9, json), Error);
  run(folder, "stopped", 100, json);
  CHECK(read_file(folder.path / "whole/model.safetensors") ==
        read_file(folder.path / "stopped/model.safetensors"));
}

TEST_CASE("pretrain: excluded classes bring names and no pictures; a share brings so many") {
  const Folder folder;
  auto json = recipe_json();
  json["data"][0]["exclude"] = {"green", "black"};
  json["data"][0]["share"] = 0.5;
  std::vector<std::unique_ptr<Dataset>> datasets;
  datasets.push_back(std::make_unique<Colours>());
  const auto recipe = recipe_of(folder, json);
  const auto corpus = load_corpus(recipe, datasets);
  CHECK(corpus.pixels.size(0) == 24);
  CHECK(corpus.fine.eq(1).logical_or(corpus.fine.eq(3)).sum().item<std::int64_t>() == 0);
  const auto rows = corpus.draw(recipe, "order/0");
  CHECK(rows.size(0) == 12);
  CHECK(std::get<0>(at::_unique(rows)).size(0) == 12);
  CHECK_FALSE(rows.equal(corpus.draw(recipe, "order/1")));
  CHECK(rows.equal(corpus.draw(recipe, "order/0")));
  run(folder, "out", 100, json);  // the names that have no pictures are in its vocabulary
  CHECK_NOTHROW(load_checkpoint(folder.path / "out").tokenizer.encode({"a green."}, 16));
}

TEST_CASE(
    "pretrain: a class or a split that is not there is a mistake, before anything is trained") {
  const Folder folder;
  const auto refused = [&](const char* key, const nlohmann::json& value) {
    auto json = recipe_json();
    json["data"][0][key] = value;
    try {
      run(folder, "out", 0, json);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(refused("exclude", {"gren"}).find("did you mean 'green'") != std::string::npos);
  CHECK(refused("validation", "val") == "data[0].validation: 'val': no such split (known: train)");
  CHECK(refused("split", "trian") == "data[0].split: 'trian': no such split (known: train)");
}

TEST_CASE("pretrain: a folder that holds another recipe's state is refused") {
  const Folder folder;
  CHECK_THROWS_AS(run(folder, "out", 1), Error);
  auto json = recipe_json();
  json["seed"] = 4;
  std::vector<std::unique_ptr<Dataset>> datasets;
  datasets.push_back(std::make_unique<Colours>());
  CHECK_THROWS_MATCHES(
      pretrain(recipe_of(folder, json), datasets, folder.path / "merges.txt", folder.path / "out",
               at::kCPU, [](const PretrainProgress&) {}),
      ConfigError,
      MessageMatches(EndsWith(
          "state.safetensors: left by another recipe (remove it, or choose another folder)")));
}

}  // namespace lacuna::testing
