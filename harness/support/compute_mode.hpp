// How LibTorch computes, set in one place: deterministic kernels, and what float32 means on a GPU.
#pragma once

#include <string>
#include <vector>

namespace lacuna {

// Of matrix products and convolutions; weights, gradients and the optimiser's state are float32 in
// all of them (docs/gpu.md).
//   float32   IEEE single precision; the default, and what every published number was made with
//   tf32      factors rounded to ten bits of mantissa, sums in float32, on CUDA devices since
//             Ampere; elsewhere the same as float32
//   bfloat16  autocast: products of bfloat16 tensors, sums in float32
inline const std::vector<std::string> kPrecisions{"float32", "tf32", "bfloat16"};

// Whether cuBLAS and cuDNN may round the factors of float32 products to TF32's 10 bits. LibTorch's
// own default is no for cuBLAS and yes for cuDNN. Changes nothing on the CPU.
void set_float32_precision(bool tf32);
bool tf32_allowed();

// The same for one scope: forward and backward pass of a training under precision tf32.
class Tf32Scope {
 public:
  explicit Tf32Scope(bool tf32) : was_(tf32_allowed()) { set_float32_precision(tf32); }
  ~Tf32Scope() { set_float32_precision(was_); }
  Tf32Scope(const Tf32Scope&) = delete;
  Tf32Scope& operator=(const Tf32Scope&) = delete;

 private:
  bool was_;
};

// For the life of the process: kernels of which the same input gives the same bits, an error where
// LibTorch has none, and float32 without TF32.
void compute_deterministically();

// The same for one scope; what was set before comes back. [one thread]
class DeterministicScope {
 public:
  DeterministicScope();
  ~DeterministicScope();
  DeterministicScope(const DeterministicScope&) = delete;
  DeterministicScope& operator=(const DeterministicScope&) = delete;

 private:
  bool algorithms_, warn_only_, fill_, cudnn_, benchmark_, cublas_tf32_, cudnn_tf32_;
};

}  // namespace lacuna
