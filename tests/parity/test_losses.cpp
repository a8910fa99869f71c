// Losses, gradients and the optimiser against PyTorch, on more inputs than the golden file holds.
#include "../methods/loss_cases.hpp"
#include "data.hpp"

namespace lacuna::testing {
namespace {

TEST_CASE("losses: values and gradients equal PyTorch's, in double and single precision") {
  check_losses(read_json(lacuna::test::parity_data("losses") / "losses.json"));
}

TEST_CASE("losses: AdamW under cosine annealing equals torch.optim's") {
  check_optimizer(read_json(lacuna::test::parity_data("losses") / "losses.json").at("adamw"));
}

TEST_CASE("losses: the committed golden file is what the script computes") {
  const auto fresh = read_json(lacuna::test::parity_data("losses") / "losses.json");
  const auto golden = read_json(LACUNA_SOURCE_DIR "/tests/methods/golden/losses.json");
  std::size_t same = 0;
  for (const auto& [name, input] : golden.at("inputs").items())
    CHECK(fresh.at("inputs").at(name) == input);
  for (const auto& one : golden.at("cases")) {
    for (const auto& other : fresh.at("cases")) {
      bool equal = true;
      for (const auto* key : {"input", "goal", "loss", "params"})
        equal = equal && one.at(key) == other.at(key);
      if (!equal) continue;
      ++same;
      const auto difference = one.at("value").get<double>() - other.at("value").get<double>();
      CHECK(std::abs(difference) < 1e-9);
    }
  }
  CHECK(same == golden.at("cases").size());
}

}  // namespace
}  // namespace lacuna::testing
