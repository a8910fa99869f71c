// What lacuna_speed is tried on: generated dogs (80 templates) or the embedded shapes (8 of them,
// so quicker), and a CLIP of a few thousand weights that reads bytes, so that no merge list is
// needed.
#pragma once

#include <filesystem>
#include <string>

#include "../folders.hpp"
#include "../program.hpp"
#include "../tiny_model.hpp"
#include "lacuna/random.hpp"
#include "miniature/miniature.hpp"
#include "model/weights/checkpoint.hpp"

namespace lacuna::testing {

inline ClipConfig speed_config() {
  auto config = tiny_config();
  config.vision.image_size = 16;
  config.vision.layers = 2;
  config.text.context_length = 77;
  return config;
}

// model/ and data/ of a folder. The test split has 99 pictures.
inline void write_speed_fixtures(const std::filesystem::path& folder) {
  const auto config = speed_config();
  save_checkpoint(folder / "model", {config, Tokenizer({}),
                                     Clip::initial_weights(config, make_generator(1, "init"))});
  miniature::Options options;
  options.train_per_class = options.test_per_class = 1;
  options.oddities = false;
  miniature::write(folder / "data", {"imgnet_dogs"}, options);
}

// lacuna_speed on them.
inline Finished run_speed(const std::filesystem::path& folder, const std::string& rest) {
  return run_shell("LACUNA_CACHE=off \"$(dirname \"$LACUNA\")/lacuna_speed\" --model " +
                   quote((folder / "model").string()) + " --data " +
                   quote((folder / "data").string()) + " " + rest);
}

}  // namespace lacuna::testing
