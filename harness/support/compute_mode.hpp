// How LibTorch computes, set in one place: deterministic kernels, and what float32 means on a GPU.
#pragma once

namespace lacuna {

// Whether cuBLAS and cuDNN may round the factors of float32 products to TF32's 10 bits. LibTorch's
// own default is no for cuBLAS and yes for cuDNN. Changes nothing on the CPU.
void set_float32_precision(bool tf32);

// For the life of the process: kernels of which the same input gives the same bits, an error where
// LibTorch has none, and float32 without TF32.
void compute_deterministically();

// The same for one scope; what was set before comes back. [one thread]
class DeterministicScope {
 public:
  explicit DeterministicScope(bool tf32 = false);
  ~DeterministicScope();
  DeterministicScope(const DeterministicScope&) = delete;
  DeterministicScope& operator=(const DeterministicScope&) = delete;

 private:
  bool algorithms_, warn_only_, fill_, cudnn_, benchmark_, cublas_tf32_, cudnn_tf32_;
};

}  // namespace lacuna
