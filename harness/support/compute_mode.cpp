#include "support/compute_mode.hpp"

#include <ATen/Context.h>

namespace lacuna {

void set_float32_precision(bool tf32) {
  // These two keep LibTorch's older and newer settings in agreement; of the newer ones alone some
  // getters throw.
  at::globalContext().setAllowTF32CuBLAS(tf32);
  at::globalContext().setAllowTF32CuDNN(tf32);
}

bool tf32_allowed() { return at::globalContext().allowTF32CuBLAS(); }

void compute_deterministically() {
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  // A debugging aid that writes every tensor twice; nothing here reads what it has not written.
  context.setDeterministicFillUninitializedMemory(false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  set_float32_precision(false);
}

DeterministicScope::DeterministicScope()
    : algorithms_(at::globalContext().deterministicAlgorithms()),
      warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
      fill_(at::globalContext().deterministicFillUninitializedMemory()),
      cudnn_(at::globalContext().deterministicCuDNN()),
      benchmark_(at::globalContext().benchmarkCuDNN()),
      cublas_tf32_(at::globalContext().allowTF32CuBLAS()),
      cudnn_tf32_(at::globalContext().allowTF32CuDNN(at::Float32Op::CONV)) {
  compute_deterministically();
}

DeterministicScope::~DeterministicScope() {
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(algorithms_, warn_only_);
  context.setDeterministicFillUninitializedMemory(fill_);
  context.setDeterministicCuDNN(cudnn_);
  context.setBenchmarkCuDNN(benchmark_);
  context.setAllowTF32CuBLAS(cublas_tf32_);
  context.setAllowTF32CuDNN(cudnn_tf32_);
}

}  // namespace lacuna
