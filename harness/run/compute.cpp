#include "run/compute.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "support/device.hpp"

namespace lacuna {

c10::Device prepare_compute(const std::string& name, int threads) {
  at::set_num_threads(threads);
  const auto device = open_device(name);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicFillUninitializedMemory(
      false);  // nothing here reads what it has not written
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
  return device;
}

}  // namespace lacuna
