// predict() on the strict device: the CPU's predictions, one copy a batch of pictures.
#include "model/clip/zero_shot.hpp"
#include "runs.hpp"

namespace lacuna::testing {
namespace {

Predicted predictions_of(const std::string& tower, c10::Device device, std::int64_t pictures) {
  auto model = model_of(tower);
  for (auto& [name, tensor] : model.weights) tensor = tensor.to(device);
  const Pictures dataset(pictures, model.config.vision.image_size);
  return predict({model.config, model.weights}, model.tokenizer, dataset, "test");
}

TEST_CASE("predictions on the device are the CPU's, and come back as tensors of the host") {
  for (const auto& tower : kTowers) {
    CAPTURE(tower);
    const auto here = predictions_of(tower, at::kCPU, 20);
    const auto there = predictions_of(tower, strict_device(), 20);
    REQUIRE(there.outcome.columns.size() == 8);
    for (const auto& [name, column] : there.outcome.columns) {
      CAPTURE(name);
      CHECK(column.is_cpu());
      CHECK(column.equal(here.outcome.at(name)));
    }
  }
}

TEST_CASE("a batch of pictures costs one copy to the device and no wait") {
  for (const auto& tower : kTowers) {
    CAPTURE(tower);
    const auto log_of = [&](std::int64_t batches) {
      take_log();
      predictions_of(tower, strict_device(), batches * kEncodingBatch);
      return take_log();
    };
    const auto one = log_of(1), three = log_of(3);
    CHECK(three.to_device() - one.to_device() == 2);
    CHECK(one.total_waits() == 0);
    CHECK(three.total_waits() == 0);
    // All columns of both levels, once.
    CHECK(one.to_host() == 2);
    CHECK(three.to_host() == 2);
  }
}

}  // namespace
}  // namespace lacuna::testing
