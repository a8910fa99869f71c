// A file of weights mapped into memory: read where it is needed, never held as a second copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace lacuna {

// A file's bytes, read-only, for as long as this lives. It must not be shortened meanwhile; a file
// that is replaced by renaming is safe.
class MappedFile {
 public:
  // Throws ConfigError("reason") if the file cannot be opened or is not a regular file.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

// A tensor over bytes of the mapped file, which it keeps alive; a copy where `data` is not aligned
// for its type. It must not be written to. `strides` count elements; the caller has checked that
// every element lies within the file.
at::Tensor tensor_over(const std::shared_ptr<const MappedFile>& file, const char* data,
                       at::ScalarType type, const std::vector<std::int64_t>& sizes,
                       const std::vector<std::int64_t>& strides);

}  // namespace lacuna
