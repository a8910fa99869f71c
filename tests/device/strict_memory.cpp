#include "strict_memory.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace lacuna::testing {
namespace {

constexpr std::size_t kAddresses = std::size_t{1} << 33;
constexpr std::size_t kAlignment = 64;

char* reserve(int rights) {
  void* at = mmap(nullptr, kAddresses, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  TORCH_CHECK(at != MAP_FAILED, "strict device: no addresses for its memory");
  return static_cast<char*>(at);
}

}  // namespace

StrictAllocator& StrictAllocator::instance() {
  static auto* allocator = new StrictAllocator;  // outlives every tensor
  return *allocator;
}

StrictAllocator::StrictAllocator()
    : device_(reserve(PROT_NONE)), host_(reserve(PROT_READ | PROT_WRITE)) {}

c10::DataPtr StrictAllocator::allocate(std::size_t bytes) {
  const c10::Device device(c10::kPrivateUse1, 0);
  if (bytes == 0) return {nullptr, device};
  const auto size = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  const std::lock_guard lock(mutex_);
  TORCH_CHECK_WITH(
      OutOfMemoryError, limit_ == 0 || held_ + size <= limit_,
      fmt::format("CUDA out of memory. Tried to allocate {} bytes. GPU 0 has a total capacity of "
                  "{} bytes of which {} bytes is free.",
                  bytes, limit_, limit_ - std::min(limit_, held_)));
  std::size_t offset = end_;
  if (auto& spare = free_[size]; !spare.empty()) {
    offset = spare.back();
    spare.pop_back();
  } else {
    TORCH_CHECK(end_ + size <= kAddresses, "strict device: its addresses are used up");
    end_ += size;
  }
  sizes_[offset] = size;
  held_ += size;
  peak_ = std::max(peak_, held_);
  // Nobody may count on zeros.
  std::memset(host_ + offset, 0xAB, size);
  return {device_ + offset, device_ + offset, &release, device};
}

void StrictAllocator::release(void* context) {
  auto& self = instance();
  const std::lock_guard lock(self.mutex_);
  const auto offset = static_cast<std::size_t>(static_cast<char*>(context) - self.device_);
  const auto block = self.sizes_.find(offset);
  self.held_ -= block->second;
  self.free_[block->second].push_back(offset);
  self.sizes_.erase(block);
}

void StrictAllocator::copy_data(void* to, const void* from, std::size_t count) const {
  std::memcpy(on_host(to), on_host(from), count);
}

c10::CachingDeviceAllocator::DeviceStats StrictAllocator::getDeviceStats(c10::DeviceIndex) {
  const std::lock_guard lock(mutex_);
  c10::CachingDeviceAllocator::DeviceStats stats;
  auto& bytes =
      stats.allocated_bytes[static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE)];
  bytes.current = static_cast<std::int64_t>(held_);
  bytes.peak = static_cast<std::int64_t>(peak_);
  return stats;
}

void StrictAllocator::resetPeakStats(c10::DeviceIndex) {
  const std::lock_guard lock(mutex_);
  peak_ = held_;
}

void* StrictAllocator::on_host(const void* device_address) const {
  if (!device_address) return nullptr;
  return host_ + (static_cast<const char*>(device_address) - device_);
}

void StrictAllocator::limit(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  limit_ = bytes;
}

std::size_t StrictAllocator::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace lacuna::testing
