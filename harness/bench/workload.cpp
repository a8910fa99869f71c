#include "bench/workload.hpp"

#include "lacuna/random.hpp"
#include "model/clip/zero_shot.hpp"
#include "plugin/registry.hpp"
#include "train/proxies.hpp"

namespace lacuna::bench {
namespace {

Clip small_clip() {
  ClipConfig config;
  config.embedding = 64;
  config.vision.image_size = 32;
  config.vision.patch_size = 8;
  config.vision.width = 96;
  config.vision.layers = 3;
  config.vision.heads = 3;
  config.text = {
      .context_length = 77, .vocabulary_size = 514, .width = 64, .layers = 3, .heads = 2};
  return Clip(config, Clip::initial_weights(config, make_generator(1, "init")));
}

Workload make_workload() {
  static const Registry registry = load_plugins({});
  auto dataset =
      registry.find(Kind::dataset, "shapes").entry->make_dataset(nlohmann::json::object(), {});
  auto clip = small_clip();
  auto indices = draw_proxies(*dataset, "train", {0, 1, 2, 3, 4, 5, 6, 7}, 32, 1);
  auto pixels = load_pictures(*dataset, "train", indices, clip.config().vision.image_size);
  return {std::move(clip), Tokenizer({}), std::move(dataset), std::move(indices),
          std::move(pixels)};
}

}  // namespace

const Workload& workload() {
  static const Workload made = make_workload();
  return made;
}

}  // namespace lacuna::bench
