#include "strict_autocast.hpp"

#include <ATen/ATen.h>
#include <ATen/Operators.h>
#include <ATen/autocast_mode.h>
#include <torch/library.h>

namespace lacuna::testing {

void register_autocast() {
  static auto* others = new torch::Library(
      torch::Library::IMPL, "_", c10::DispatchKey::AutocastPrivateUse1, __FILE__, __LINE__);
  others->fallback(torch::CppFunction::makeFallthrough());
  static auto* library = new torch::Library(
      torch::Library::IMPL, "aten", c10::DispatchKey::AutocastPrivateUse1, __FILE__, __LINE__);
  auto& m = *library;
  using namespace at;  // LibTorch's macros count on it
#define LACUNA_LOWER(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define LACUNA_FP32(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
#define LACUNA_FP32_TYPE(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32_set_opt_dtype)
#define LACUNA_PROMOTE(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, promote)
  AT_FORALL_LOWER_PRECISION_FP(LACUNA_LOWER)
  AT_FORALL_FP32(LACUNA_FP32)
  AT_FORALL_FP32_SET_OPT_DTYPE(LACUNA_FP32_TYPE)
  AT_FORALL_DIFFERENT_REDISPATCH_SIGNATURE(KERNEL_DIFFERENT_REDISPATCH_SIGNATURE_PRIVATEUSEONE)
  AT_FORALL_PROMOTE(LACUNA_PROMOTE)
#undef LACUNA_LOWER
#undef LACUNA_FP32
#undef LACUNA_FP32_TYPE
#undef LACUNA_PROMOTE
}

}  // namespace lacuna::testing
