// The precision of matrix products and convolutions for one scope.
#pragma once

#include <ATen/autocast_mode.h>

#include <string>

#include "support/compute_mode.hpp"

namespace lacuna {

// `precision` is one of kPrecisions. Scopes nest, and the innermost counts. A scope holds forward
// passes only: the outermost drops the casts that it kept of weights, so no step may lie within.
// [one thread: the mode is the process's]
class Precision {
 public:
  Precision(const std::string& precision, c10::DeviceType device)
      : tf32_(precision == "tf32"),
        device_(device),
        was_autocast_(at::autocast::is_autocast_enabled(device)),
        was_dtype_(at::autocast::get_autocast_dtype(device)) {
    at::autocast::set_autocast_enabled(device, precision == "bfloat16");
    if (precision == "bfloat16") at::autocast::set_autocast_dtype(device, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  // LibTorch's C++ side has no guard for autocast; the outermost scope drops its cache of casts.
  ~Precision() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, was_autocast_);
    at::autocast::set_autocast_dtype(device_, was_dtype_);
  }
  Precision(const Precision&) = delete;
  Precision& operator=(const Precision&) = delete;

 private:
  Tf32Scope tf32_;
  c10::DeviceType device_;
  bool was_autocast_;
  at::ScalarType was_dtype_;
};

}  // namespace lacuna
