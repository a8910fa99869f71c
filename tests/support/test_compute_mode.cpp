#include <ATen/Context.h>
#include <c10/util/Exception.h>

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "support/compute_mode.hpp"

namespace {

struct Mode {
  bool algorithms, warn_only, fill, cudnn, benchmark, cublas_tf32, cudnn_tf32;
  bool operator==(const Mode&) const = default;
};

Mode mode() {
  const auto& context = at::globalContext();
  return {context.deterministicAlgorithms(),
          context.deterministicAlgorithmsWarnOnly(),
          context.deterministicFillUninitializedMemory(),
          context.deterministicCuDNN(),
          context.benchmarkCuDNN(),
          context.allowTF32CuBLAS(),
          context.allowTF32CuDNN()};
}

constexpr Mode deterministic{.algorithms = true,
                             .warn_only = false,
                             .fill = false,
                             .cudnn = true,
                             .benchmark = false,
                             .cublas_tf32 = false,
                             .cudnn_tf32 = false};

struct CountWarnings : c10::WarningHandler {
  void process(const c10::Warning&) override { ++count; }
  int count = 0;
};

}  // namespace

TEST_CASE("compute mode: a scope is deterministic without TF32, and what was set comes back") {
  at::globalContext().setBenchmarkCuDNN(true);
  const auto before = mode();
  CHECK(before.cudnn_tf32);  // LibTorch's default
  {
    const lacuna::DeterministicScope scope;
    CHECK(mode() == deterministic);
    {
      const lacuna::Tf32Scope tf32(true);
      CHECK(mode().cublas_tf32);
      CHECK(mode().cudnn_tf32);
      CHECK(mode().algorithms);
    }
    CHECK(mode() == deterministic);
  }
  CHECK(mode() == before);
}

TEST_CASE("compute mode: float32 on a GPU is what was asked for, in LibTorch's old words and new") {
  CountWarnings warnings;
  const c10::WarningUtils::WarningHandlerGuard guard(&warnings);
  const lacuna::DeterministicScope scope;
  using at::Float32Backend, at::Float32Op, at::Float32Precision;
  const auto& context = at::globalContext();
  for (const bool tf32 : {true, false}) {
    lacuna::set_float32_precision(tf32);
    CHECK(context.allowTF32CuBLAS() == tf32);
    CHECK(context.allowTF32CuDNN() == tf32);
    for (const auto op : {Float32Op::MATMUL, Float32Op::CONV, Float32Op::RNN}) {
      CHECK((context.float32Precision(Float32Backend::CUDA, op) == Float32Precision::TF32) == tf32);
      // The CPU's products are left alone.
      CHECK(context.float32Precision(Float32Backend::MKLDNN, op) == Float32Precision::NONE);
    }
  }
  CHECK(warnings.count == 0);
}

TEST_CASE("compute mode: for the life of a process") {
  lacuna::compute_deterministically();
  CHECK(mode() == deterministic);
}
