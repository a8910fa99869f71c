#include "run/machine/compute.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

#include "support/compute_mode.hpp"
#include "support/cores.hpp"
#include "support/device.hpp"

namespace lacuna {

c10::Device prepare_compute(const std::string& name, int threads) {
  // By itself LibTorch counts the machine's cores and the affinity mask's, but no cgroup's.
  if (threads <= 0) threads = std::min(at::get_num_threads(), available_cores());
  at::set_num_threads(threads);
  const auto device = open_device(name);
  compute_deterministically();
  return device;
}

}  // namespace lacuna
