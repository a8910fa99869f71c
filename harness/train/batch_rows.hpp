// Which samples of a set a step takes.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>

namespace lacuna {

// Rows of a set, int64 [B], on its device and on the host: what the host decides by them waits for
// nothing. Made without arguments: no rows.
struct BatchRows {
  BatchRows() = default;
  BatchRows(const at::Tensor& rows, c10::Device device)
      : on_host(rows.cpu()), on_device(rows.to(device)) {}
  explicit BatchRows(const at::Tensor& rows) : BatchRows(rows, rows.device()) {}

  BatchRows slice(std::int64_t begin, std::int64_t end) const {
    if (size() == 0) return {};
    auto out = *this;
    out.on_host = on_host.slice(0, begin, end);
    out.on_device = on_device.slice(0, begin, end);
    return out;
  }
  std::int64_t size() const { return on_host.defined() ? on_host.size(0) : 0; }

  at::Tensor on_host, on_device;  // one tensor where the device is the CPU
};

}  // namespace lacuna
