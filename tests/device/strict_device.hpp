// A device for tests that computes on the host and is as strict as a GPU: LibTorch's own way to
// bring a device of one's own (PrivateUse1), called "strict". Every operator runs the CPU's kernel
// on the same bytes, so values are those of the CPU; but
//   - tensors of two devices never meet, except where CUDA lets them (numbers, indices);
//   - the host cannot touch its memory: a pointer of it that is read ends the program;
//   - a generator of the CPU draws nothing there, and there is no other;
//   - its memory has an end, and what it says then is what CUDA says;
// and every operator called, every wait of the host for the device and every copy between them is
// written down.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace lacuna::testing {

// Registers the device at the first call, which has to come before the first backward pass:
// LibTorch counts the devices then. Its autocast lists are CUDA's.
c10::Device strict_device();

// What the device was asked for.
struct DeviceLog {
  std::set<std::string> operators;             // "aten::mm": those that have a kernel of their own
  std::map<std::string, std::int64_t> waits;   // results that the host waits for, by operator
  std::map<std::string, std::int64_t> copies;  // "to device uint8 [256, 3, 8, 8]", "to host …"

  std::int64_t total_waits() const { return total(waits, ""); }
  std::int64_t to_device() const { return total(copies, "to device"); }
  std::int64_t to_host() const { return total(copies, "to host"); }

 private:
  static std::int64_t total(const std::map<std::string, std::int64_t>& counts,
                            const std::string& prefix) {
    std::int64_t sum = 0;
    for (const auto& [name, count] : counts)
      if (name.starts_with(prefix)) sum += count;
    return sum;
  }
};

// The log since the last call; calls on any thread count.
DeviceLog take_log();

// Bytes that tensors may have there at a time; 0: as many as there are.
void limit_device_memory(std::size_t bytes);
std::size_t device_bytes_held();

}  // namespace lacuna::testing
