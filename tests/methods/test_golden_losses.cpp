// Every loss and its gradients, at every goal, against tests/methods/golden/losses.json, which
// tests/parity/make_losses.py computed independently.
#include "loss_cases.hpp"

namespace lacuna::testing {
namespace {

const nlohmann::json& golden() {
  static const auto& file =
      *new nlohmann::json(read_json(LACUNA_SOURCE_DIR "/tests/methods/golden/losses.json"));
  return file;
}

TEST_CASE("losses and gradients equal an independent evaluation of the formulas [golden]") {
  check_losses(golden());
}

TEST_CASE("AdamW under the cosine schedule equals an independent run [golden]") {
  check_optimizer(golden().at("adamw"));
}

TEST_CASE("a wrong loss would be noticed") {
  auto one = golden().at("cases").at(0);
  const auto& input = golden().at("inputs").at(one.at("input").get<std::string>());
  one["fine"][0][1] = one["fine"][0][1].get<double>() + 1e-5;
  CHECK(deviation(one, one, input, at::kDouble) > 1e-6);
}

}  // namespace
}  // namespace lacuna::testing
