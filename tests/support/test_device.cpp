#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <cstdlib>

#include "lacuna/error.hpp"
#include "support/device.hpp"

using Catch::Matchers::Message;

TEST_CASE("device: cpu is always there and unknown names are refused") {
  CHECK(lacuna::open_device("cpu").is_cpu());
  CHECK_FALSE(lacuna::device_peak_bytes(lacuna::open_device("cpu")).has_value());
  for (const std::string name : {"gpu", "", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cpu:0"})
    CHECK_THROWS_MATCHES(lacuna::open_device(name), lacuna::ConfigError,
                         Message(name + ": no such device (expected cpu, cuda or cuda:INDEX)"));
}

TEST_CASE("device: without a CUDA device the reason is said in one line") {
  const auto& state = lacuna::cuda_state();
  if (!state.devices.empty()) SKIP("there is a CUDA device");
  CHECK_FALSE(state.reason.empty());
  CHECK(state.reason.find('\n') == std::string::npos);
  CHECK_THROWS_MATCHES(
      lacuna::open_device("cuda:0"), lacuna::ConfigError,
      Message("cuda:0: no CUDA device is visible (" + state.reason + "; use --device cpu)"));
}

TEST_CASE(
    "device: cuBLAS is told to be deterministic before CUDA starts, unless the user says how") {
  const char* before = std::getenv(lacuna::cublas_workspace_variable);
  const std::string expected = before ? before : ":4096:8";
  lacuna::cuda_state();
  REQUIRE(std::getenv(lacuna::cublas_workspace_variable) != nullptr);
  CHECK(std::getenv(lacuna::cublas_workspace_variable) == expected);
}

TEST_CASE("device: CUDA is loaded on demand and computes") {
  const auto& state = lacuna::cuda_state();
  if (state.devices.empty()) SKIP("no CUDA device: " + state.reason);
  const auto device = lacuna::open_device("cuda");
  CHECK(at::ones({3}, device).sum().item<double>() == 3);
  CHECK(lacuna::device_peak_bytes(device).value_or(0) >= 3 * 4);
  const auto after = std::to_string(state.devices.size());
  CHECK_THROWS_MATCHES(lacuna::open_device("cuda:" + after), lacuna::ConfigError,
                       Message("cuda:" + after + ": no such device (the last is cuda:" +
                               std::to_string(state.devices.size() - 1) + ")"));
}
