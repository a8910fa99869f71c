// Makes a process ready to compute: its threads, its device, deterministic kernels.
#pragma once

#include <c10/core/Device.h>

#include <string>

namespace lacuna {

// Sets the thread count (0: as it is, but no more than available_cores()) and deterministic kernels
// for the whole process and opens the device, see open_device. Once, before anything is computed.
// Throws ConfigError if the device is not there.
c10::Device prepare_compute(const std::string& device, int threads);

}  // namespace lacuna
