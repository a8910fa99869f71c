#include "support/device.hpp"

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "lacuna/error.hpp"

namespace lacuna {

namespace {

// The driver's own library tells the devices' names: LibTorch's way to them needs the CUDA headers.
std::vector<CudaDevice> devices_of(void* driver, std::string& reason) {
  const auto symbol = [&](const char* name) { return dlsym(driver, name); };
  const auto initialise = reinterpret_cast<int (*)(unsigned)>(symbol("cuInit"));
  const auto count_of = reinterpret_cast<int (*)(int*)>(symbol("cuDeviceGetCount"));
  const auto get = reinterpret_cast<int (*)(int*, int)>(symbol("cuDeviceGet"));
  const auto name_of = reinterpret_cast<int (*)(char*, int, int)>(symbol("cuDeviceGetName"));
  const auto bytes_of = reinterpret_cast<int (*)(std::size_t*, int)>(symbol("cuDeviceTotalMem_v2"));
  if (!initialise || !count_of || !get || !name_of || !bytes_of) {
    reason = "the NVIDIA driver's libcuda.so.1 is not usable";
    return {};
  }
  int count = 0;
  if (const int code = initialise(0); code != 0 || count_of(&count) != 0 || count == 0) {
    reason = code != 0 ? fmt::format("the NVIDIA driver says error {}", code)
                       : "the NVIDIA driver sees none";
    return {};
  }
  std::vector<CudaDevice> devices;
  for (int i = 0; i < count; ++i) {
    int handle = 0;
    std::array<char, 256> name{};
    CudaDevice device;
    if (get(&handle, i) == 0 && name_of(name.data(), static_cast<int>(name.size()), handle) == 0)
      device.name = name.data();
    bytes_of(&device.bytes, handle);
    devices.push_back(std::move(device));
  }
  return devices;
}

std::string last_loader_error() {
  const char* text = dlerror();
  return text ? text : "unknown";
}

CudaState load_cuda() {
  setenv(cublas_workspace_variable, cublas_workspace, /*overwrite=*/0);
  CudaState state;
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!driver) {
    state.reason = "no NVIDIA driver: libcuda.so.1 was not found";
    return state;
  }
  auto devices = devices_of(driver, state.reason);
  if (devices.empty()) return state;

  // Beside the libtorch_cpu.so that is in use, and before the first CUDA query: LibTorch keeps the
  // hooks that it finds at that query, so a library that comes later stays unseen for the life of
  // the process.
  Dl_info torch;
  if (dladdr(reinterpret_cast<void*>(&at::detail::getCUDAHooks), &torch) == 0) {
    state.reason = "the folder of libtorch_cpu.so is not known";
    return state;
  }
  const auto library = std::filesystem::path(torch.dli_fname).parent_path() / "libtorch_cuda.so";
  if (!std::filesystem::exists(library)) {
    state.reason = "this LibTorch is built without CUDA: " + library.string() + " is missing";
    return state;
  }
  if (!dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL)) {
    state.reason = "libtorch_cuda.so cannot be loaded: " + last_loader_error();
    return state;
  }
  const auto& hooks = at::detail::getCUDAHooks();
  const auto visible = hooks.hasCUDA() ? static_cast<std::size_t>(hooks.deviceCount()) : 0;
  if (visible == 0) state.reason = "LibTorch sees none of the driver's devices";
  devices.resize(std::min(devices.size(), visible));
  state.devices = std::move(devices);
  return state;
}

}  // namespace

const CudaState& cuda_state() {
  static const CudaState state = load_cuda();
  return state;
}

c10::Device open_device(const std::string& name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  int index = 0;
  bool known = name == "cuda";
  if (name.starts_with("cuda:") && name.size() > 5) {
    const auto [end, error] = std::from_chars(name.data() + 5, name.data() + name.size(), index);
    known = error == std::errc() && end == name.data() + name.size() && index >= 0 && index < 128;
  }
  if (!known) throw ConfigError(name + ": no such device (expected cpu, cuda or cuda:INDEX)");
  const auto& state = cuda_state();
  if (state.devices.empty())
    throw ConfigError(
        fmt::format("{}: no CUDA device is visible ({}; use --device cpu)", name, state.reason));
  if (index >= static_cast<int>(state.devices.size()))
    throw ConfigError(
        fmt::format("{}: no such device (the last is cuda:{})", name, state.devices.size() - 1));
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

void synchronize(c10::Device device) {
  if (device.is_cpu()) return;
  c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

std::optional<std::int64_t> device_peak_bytes(c10::Device device) {
  if (device.is_cpu()) return std::nullopt;
  auto& allocator = *c10::getDeviceAllocator(device.type());
  if (!allocator.initialized()) return std::nullopt;
  return allocator.getDeviceStats(device.index())
      .allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)]
      .peak;
}

}  // namespace lacuna
