// Memory of a device: the most that was held is known, and where it ends the reason says so.
#include "runs.hpp"
#include "support/device.hpp"
#include "support/failure.hpp"

namespace lacuna::testing {
namespace {

struct Limit {
  explicit Limit(std::size_t bytes) { limit_device_memory(device_bytes_held() + bytes); }
  ~Limit() { limit_device_memory(0); }
};

Failure failure(const std::function<void()>& body) {
  try {
    body();
  } catch (...) {
    return failure_of(std::current_exception());
  }
  return {Failure::Cause::other, "nothing was thrown"};
}

TEST_CASE("an exhausted device is said in one line, wherever in a run it happens") {
  std::size_t all = 0;
  for (const auto& [name, weight] : tiny_model().weights) all += weight.nbytes();
  const Case one{.method = "ga"};
  // While the weights are loaded, in the teacher's pass, in the optimiser, in a step.
  for (const auto bytes : {all / 2, all + 20'000, 2 * all + 200'000, 3 * all + 200'000}) {
    CAPTURE(bytes);
    const Limit limit(bytes);
    const auto got = failure([&] { run(one, strict_device()); });
    CAPTURE(got.message);
    CHECK(got.cause == Failure::Cause::out_of_memory);
    CHECK(got.message.find("out of memory on cuda:0: ") != std::string::npos);
    CHECK(got.message.find('\n') == std::string::npos);
  }
  CHECK_FALSE(run(one, strict_device()).weights.empty());
  take_log();
}

TEST_CASE("what a failed run held is given back") {
  const auto before = device_bytes_held();
  {
    const Limit limit(100'000);
    failure([] { run({.method = "ga"}, strict_device()); });
  }
  run({.method = "salun"}, strict_device());
  CHECK(device_bytes_held() == before);
}

TEST_CASE("the most that a device held is known") {
  const auto device = strict_device();
  const auto before = static_cast<std::int64_t>(device_bytes_held());
  { at::zeros({1'000'000}, at::TensorOptions().device(device)); }
  CHECK(device_peak_bytes(device).value() >= before + 4'000'000);
}

}  // namespace
}  // namespace lacuna::testing
