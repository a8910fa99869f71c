// How fast a device is at what a tower mostly does: so that a time can be read as a share of what
// the machine can give.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <map>
#include <string>

namespace lacuna {

struct DeviceRates {
  std::int64_t size = 0;                       // of the square matrices
  std::map<std::string, double> products;      // by precision: floating point operations a second
  double copy_bytes_per_second = 0;            // within the device's memory: bytes read and written
  double host_to_device_bytes_per_second = 0;  // 0 on the CPU
};

// The best of five timings each, of at least `seconds` each; a matrix product of n x n counts 2 n^3
// operations. After prepare_compute(). [one thread]
DeviceRates measure_rates(c10::Device device, double seconds = 0.1);

}  // namespace lacuna
