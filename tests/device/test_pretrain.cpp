// pretrain() on the strict device: the CPU's model, to the bit, and state that goes on from either.
#include "runs.hpp"
#include "support/files.hpp"
#include "train/pretrain.hpp"

namespace lacuna::testing {
namespace {

struct Stopped {};

Recipe recipe_in(const TemporaryFolder& folder, const std::string& precision) {
  write_file_atomically(folder / "merges.txt", "#version: 0.2\na n\nb e\n");
  write_json(folder / "recipe.json", nlohmann::json::parse(R"({
    "schema_version": 1, "name": "tiny", "seed": 3, "vocabulary": "merges.txt",
    "model": {"embedding": 8, "vision": {"type": "conv", "image_size": 8, "widths": [4, 4, 8, 8]},
              "text": {"context_length": 16, "width": 8, "heads": 2, "layers": 1}},
    "data": [{"dataset": "pictures", "split": "test", "shift": 1, "cutout": 2, "flip": true}],
    "training": {"epochs": 2, "batch_size": 8, "learning_rate": 0.02, "precision": ")" +
                                                           precision + R"("},
    "finish": {"epochs": 1, "learning_rate": 0.001}})"));
  return read_recipe(folder / "recipe.json");
}

// The model's file, of a run that is stopped after an epoch on `first` and goes on on `second`.
std::string model_of_run(c10::Device first, c10::Device second, const std::string& precision) {
  const TemporaryFolder folder;
  const auto recipe = recipe_in(folder, precision);
  std::vector<std::unique_ptr<Dataset>> datasets;
  datasets.push_back(std::make_unique<Pictures>(24, 8));
  const auto go = [&](c10::Device device, std::int64_t last_epoch) {
    try {
      pretrain(recipe, datasets, folder / "merges.txt", folder / "out", device,
               [&](const PretrainProgress& progress) {
                 if (progress.epoch > last_epoch) throw Stopped();
               });
    } catch (const Stopped&) {
    }
  };
  std::filesystem::create_directories(folder / "out");
  go(first, 0);
  go(second, 2);
  return read_file(folder / "out/model.safetensors");
}

TEST_CASE("pretraining on the device gives the CPU's model, resumed or changed over half-way") {
  const auto there = strict_device();
  const c10::Device here = at::kCPU;
  const auto expected = model_of_run(here, here, "float32");
  CHECK_FALSE(expected.empty());
  CHECK(model_of_run(there, there, "float32") == expected);
  CHECK(model_of_run(there, here, "float32") == expected);
  CHECK(model_of_run(here, there, "float32") == expected);
  CHECK_FALSE(model_of_run(there, there, "bfloat16").empty());
  take_log();
}

}  // namespace
}  // namespace lacuna::testing
