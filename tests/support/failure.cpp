#include "support/failure.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"

using lacuna::Failure;
using Cause = Failure::Cause;

namespace {

template <class F>
Failure failure(F&& body) {
  try {
    body();
  } catch (...) {
    return lacuna::failure_of(std::current_exception());
  }
  return {Cause::other, "nothing was thrown"};
}

}  // namespace

TEST_CASE("failure: every exception becomes a cause and one line") {
  const auto check = [](const Failure& failure, Cause cause, const std::string& message) {
    CHECK(failure.cause == cause);
    CHECK(failure.message == message);
  };
  check(failure([] { throw lacuna::ConfigError("a: b"); }), Cause::users_mistake, "a: b");
  check(failure([] { throw lacuna::PluginError("a: b"); }), Cause::plugin, "a: b");
  check(failure([] { throw lacuna::Error("a: b"); }), Cause::other, "a: b");
  check(failure([] { throw std::runtime_error("b"); }), Cause::other, "b");
  check(failure([] { TORCH_CHECK(false, "b"); }), Cause::other, "b");
  check(failure([] { throw std::bad_alloc(); }), Cause::out_of_memory, "out of memory");
  check(failure([] { throw 3; }), Cause::other,
        "something was thrown that is not a std::exception");
}

TEST_CASE("failure: an exhausted memory is known by its words where the type does not tell") {
  const auto real = failure([] { at::empty({std::int64_t{1} << 45}); });
  CHECK(real.cause == Cause::out_of_memory);
  CHECK(real.message.starts_with("out of memory: "));
  const auto cuda = failure([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA says no"); });
  CHECK(cuda.cause == Cause::out_of_memory);
  CHECK(cuda.message == "out of memory: CUDA says no");
  const auto passed_on = failure([] { throw lacuna::PluginError("npo: out of memory: x"); });
  CHECK(passed_on.cause == Cause::out_of_memory);
}
