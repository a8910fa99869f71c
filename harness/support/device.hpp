// Compute devices. CUDA is loaded when it is first asked for: the program itself links libtorch_cpu
// only.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lacuna {

// "cpu", "cuda" (the first device) or "cuda:1". Throws ConfigError, in one line: an unknown name,
// no CUDA device, no such index. The first call that asks for CUDA loads it, for good; nothing in
// the process may have asked LibTorch about CUDA before. [one thread]
c10::Device open_device(const std::string& name);

// What makes cuBLAS deterministic: a workspace of its own for every handle. cuBLAS reads it from
// the environment when CUDA starts; loading CUDA sets it where the user has not.
inline constexpr const char* cublas_workspace_variable = "CUBLAS_WORKSPACE_CONFIG";
inline constexpr const char* cublas_workspace = ":4096:8";

struct CudaDevice {
  std::string name;       // as the driver says it
  std::size_t bytes = 0;  // of memory
};

struct CudaState {
  std::vector<CudaDevice> devices;  // by index
  std::string reason;               // why there are none
};

// Loads CUDA if it can be, never throws. The same answer for the life of the process.
const CudaState& cuda_state();

// Returns when everything that was asked of the device is done.
void synchronize(c10::Device device);

// The most bytes that LibTorch's allocator has held in tensors on `device` since the process began;
// nothing if it held none, and on the CPU, whose high-water mark the system keeps.
std::optional<std::int64_t> device_peak_bytes(c10::Device device);

}  // namespace lacuna
