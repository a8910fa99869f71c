#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"
#include "support/failure.hpp"

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
  const auto library = failure([] {
    TORCH_CHECK(false,
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`");
  });
  CHECK(library.cause == Cause::out_of_memory);
  CHECK(
      library.message ==
      "out of memory: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`");
  for (const auto* text :
       {"cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported"}) {
    CAPTURE(text);
    const auto got = failure([&] { TORCH_CHECK(false, text); });
    CHECK(got.cause == Cause::out_of_memory);
    CHECK(got.message.find('\n') == std::string::npos);
  }
  CHECK(failure([] { TORCH_CHECK(false, "CUDA error: device-side assert triggered"); }).cause ==
        Cause::other);
  const auto passed_on = failure([] { throw lacuna::PluginError("npo: out of memory: x"); });
  CHECK(passed_on.cause == Cause::out_of_memory);
  CHECK(passed_on.message == "npo: out of memory: x");
}

TEST_CASE("failure: what the machine refused is known by the system's words") {
  for (const auto number : {ENOSPC, EIO, EMFILE, ENFILE, EAGAIN, ENOMEM, EDQUOT, ESTALE}) {
    const auto words = std::generic_category().message(number);
    CAPTURE(words);
    CHECK(failure([&] { throw lacuna::Error("a: cannot be written: " + words); }).cause ==
          Cause::machine);
    CHECK(failure([&] { throw lacuna::ConfigError("a: cannot be read: " + words); }).cause ==
          Cause::machine);
    CHECK(failure([&] { throw std::system_error(number, std::generic_category(), "a"); }).cause ==
          Cause::machine);
    CHECK(lacuna::names_the_machine("unlearn: " + words + " (x)"));
  }
  CHECK(failure([] { throw lacuna::Error("a: cannot be written: Permission denied"); }).cause ==
        Cause::other);
  // LibTorch's own allocator, of which a method may have asked too much.
  CHECK(failure([] {
          TORCH_CHECK(false,
                      "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 "
                      "bytes. Error code 12 (Cannot allocate memory)");
        }).cause == Cause::out_of_memory);
}

TEST_CASE("failure: what the standard library says of files names the file first") {
  namespace fs = std::filesystem;
  const auto renamed = failure([] { fs::rename("/no/such/a", "/no/such/b"); });
  CHECK(renamed.message == "/no/such/a: cannot rename: No such file or directory");
  CHECK(failure([] {
          fs::directory_iterator("/no/such/folder");
        }).message.starts_with("/no/such/folder: "));
  const auto read = failure([] {
    std::ifstream folder("/");
    std::string(std::istreambuf_iterator<char>(folder), {});
  });
  CHECK(read.message == "a file: cannot be read or written: Is a directory");
}

TEST_CASE("failure: a device without memory is named with three numbers") {
  // As LibTorch 2.11 words it.
  const std::string text =
      "CUDA out of memory. Tried to allocate 1.50 GiB. GPU 1 has a total capacity of 79.15 GiB of "
      "which 512.00 MiB is free. Including non-PyTorch memory, this process has 78.60 GiB memory "
      "in "
      "use. Of the allocated memory 77.90 GiB is allocated by PyTorch, and 120.00 MiB is reserved "
      "by "
      "PyTorch but unallocated. If reserved but unallocated memory is large try setting …";
  const std::string line =
      "out of memory on cuda:1: 1.50 GiB asked for, 512.00 MiB of 79.15 GiB free";
  const auto direct = failure([&] { TORCH_CHECK_WITH(OutOfMemoryError, false, text); });
  CHECK(direct.cause == Cause::out_of_memory);
  CHECK(direct.message == line);
  const auto in_plugin = failure(
      [&] { lacuna::guarded("npo", [&] { TORCH_CHECK_WITH(OutOfMemoryError, false, text); }); });
  CHECK(in_plugin.cause == Cause::out_of_memory);
  CHECK(in_plugin.message == "npo: " + line);
  CHECK(failure([&] { throw lacuna::PluginError("npo: " + text); }).message == "npo: " + line);
}
