#include "run/compute.hpp"

#include <ATen/Parallel.h>

#include "support/compute_mode.hpp"
#include "support/device.hpp"

namespace lacuna {

c10::Device prepare_compute(const std::string& name, int threads) {
  if (threads > 0) at::set_num_threads(threads);
  const auto device = open_device(name);
  compute_deterministically();
  return device;
}

}  // namespace lacuna
