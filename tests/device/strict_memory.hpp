// The strict device's memory: addresses that nobody can read, and the host's side of them.
#pragma once

#include <c10/core/CachingDeviceAllocator.h>

#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

namespace lacuna::testing {

// Every block lies at an address without access rights; on_host() gives the readable address of the
// same bytes. Blocks that were given back are handed out again by size.
class StrictAllocator final : public c10::DeviceAllocator {
 public:
  static StrictAllocator& instance();

  c10::DataPtr allocate(std::size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t count) const override;

  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override;
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex) override;

  void* on_host(const void* device_address) const;
  void limit(std::size_t bytes);
  std::size_t held() const;

 private:
  StrictAllocator();
  static void release(void* context);

  char* device_ = nullptr;  // no access
  char* host_ = nullptr;
  mutable std::mutex mutex_;
  std::size_t end_ = 0, held_ = 0, peak_ = 0, limit_ = 0;
  std::map<std::size_t, std::vector<std::size_t>> free_;  // by size: offsets
  std::map<std::size_t, std::size_t> sizes_;              // by offset, of blocks in use
};

}  // namespace lacuna::testing
