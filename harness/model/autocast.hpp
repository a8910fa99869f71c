// Mixed precision for one scope: matrix products in bfloat16, master weights and gradients in
// float32.
#pragma once

#include <ATen/autocast_mode.h>

#include <string>

namespace lacuna {

// LibTorch's C++ side has no guard for autocast; this is one. Scopes nest; the outermost drops the
// cast cache. [one thread]
class Autocast {
 public:
  // Does nothing for `precision` "float32"; "bfloat16" turns autocast on for `device`.
  Autocast(const std::string& precision, c10::DeviceType device)
      : device_(device),
        was_enabled_(at::autocast::is_autocast_enabled(device)),
        was_dtype_(at::autocast::get_autocast_dtype(device)) {
    if (precision == "bfloat16") {
      at::autocast::set_autocast_enabled(device, true);
      at::autocast::set_autocast_dtype(device, at::kBFloat16);
    }
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, was_enabled_);
    at::autocast::set_autocast_dtype(device_, was_dtype_);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  c10::DeviceType device_;
  bool was_enabled_;
  at::ScalarType was_dtype_;
};

}  // namespace lacuna
