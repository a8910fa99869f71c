#include "model/weights/mapped_file.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"

namespace lacuna {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const RegularFile file(path, "a file of weights");
  size_ = static_cast<std::size_t>(file.size());
  if (size_ == 0) return;
  data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (data_ == MAP_FAILED)
    throw ConfigError(fmt::format("cannot be mapped: {}", std::strerror(errno)));
}

MappedFile::~MappedFile() {
  if (data_ != nullptr && data_ != MAP_FAILED) ::munmap(data_, size_);
}

at::Tensor tensor_over(const std::shared_ptr<const MappedFile>& file, const char* data,
                       at::ScalarType type, const std::vector<std::int64_t>& sizes,
                       const std::vector<std::int64_t>& strides) {
  const auto options = at::TensorOptions().dtype(type);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) return at::empty(sizes, options);
    last += (sizes[i] - 1) * strides[i];
  }
  const auto item = c10::elementSize(type);
  if (reinterpret_cast<std::uintptr_t>(data) % item == 0)
    return at::from_blob(
        const_cast<char*>(data), sizes, strides, [file](void*) {}, options);
  auto copy = at::empty_strided(sizes, strides, options);
  std::memcpy(copy.mutable_data_ptr(), data, static_cast<std::size_t>(last + 1) * item);
  return copy;
}

}  // namespace lacuna
