// Counted by hand: per block and position 2 x (4 W^2 + 2 L W + 2 W H) for width W, length L, hidden
// width H.
#include <catch2/catch_test_macros.hpp>

#include "../tiny_model.hpp"
#include "bench/speed/flops.hpp"

using namespace lacuna;
using namespace lacuna::speed;

TEST_CASE("flops: ViT-L/14") {
  const ClipConfig config;  // the default is that model
  // 257 positions: 24 x (1,616,904,192 qkv + 270,536,704 attention + 538,968,064 out +
  // 4,311,744,512 mlp), 308,281,344 for the patches, 1,572,864 for the projection.
  CHECK(picture_flops(config) == 162'025'537'536);
  // 77 tokens: 12 x (272,498,688 + 18,213,888 + 90,832,896 + 726,663,168) and 1,179,648.
  CHECK(prompt_flops(config, 77) == 13'299'683'328);
}

TEST_CASE("flops: a tiny model, its own hidden width, a trimmed prompt") {
  auto config = testing::tiny_config();  // 8 x 8 in patches of 4, width 16, one layer, embedding 12
  // Patches 2 x 4 x 48 x 16; 5 positions: 2 x 5 x (4 x 256 + 2 x 5 x 16 + 2 x 16 x 64); 2 x 16
  // x 12.
  CHECK(picture_flops(config) == 6'144 + 32'320 + 384);
  config.vision.mlp = 8;  // 2 x 5 x (1024 + 160 + 256)
  CHECK(picture_flops(config) == 6'144 + 14'400 + 384);
  CHECK(prompt_flops(config, 3) == 2 * 3 * (1'024 + 96 + 2'048) + 384);
}

TEST_CASE("flops: a convolutional tower is not counted") {
  ClipConfig config;
  config.vision.type = "resnet";
  CHECK(!picture_flops(config));
  CHECK(prompt_flops(config, 77) == 13'299'683'328);
}
