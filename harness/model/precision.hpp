// The precision of matrix products and convolutions for one scope.
#pragma once

#include <ATen/autocast_mode.h>

#include <string>

#include "support/compute_mode.hpp"

namespace lacuna {

// `precision` is one of kPrecisions. Scopes nest; the innermost counts. [one thread: the mode is the process's]
class Precision {
 public:
  Precision(const std::string& precision, c10::DeviceType device)
      : device_(device),
        was_tf32_(tf32_allowed()),
        was_autocast_(at::autocast::is_autocast_enabled(device)),
        was_dtype_(at::autocast::get_autocast_dtype(device)) {
    set_float32_precision(precision == "tf32");
    at::autocast::set_autocast_enabled(device, precision == "bfloat16");
    if (precision == "bfloat16") at::autocast::set_autocast_dtype(device, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  // LibTorch's C++ side has no guard for autocast; the outermost scope drops its cache of casts.
  ~Precision() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, was_autocast_);
    at::autocast::set_autocast_dtype(device_, was_dtype_);
    set_float32_precision(was_tf32_);
  }
  Precision(const Precision&) = delete;
  Precision& operator=(const Precision&) = delete;

 private:
  c10::DeviceType device_;
  bool was_tf32_, was_autocast_;
  at::ScalarType was_dtype_;
};

}  // namespace lacuna
