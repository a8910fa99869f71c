#include "model/mapped_file.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "lacuna/error.hpp"

namespace lacuna {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) throw ConfigError(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  const bool known = ::fstat(file, &status) == 0;
  const bool regular = known && S_ISREG(status.st_mode);
  if (regular && status.st_size > 0) {
    size_ = static_cast<std::size_t>(status.st_size);
    data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
  }
  const int error = errno;
  ::close(file);
  if (!regular) throw ConfigError("is not a regular file");
  if (data_ == MAP_FAILED)
    throw ConfigError(fmt::format("cannot be mapped: {}", std::strerror(error)));
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
    return at::from_blob(const_cast<char*>(data), sizes, strides, [file](void*) {}, options);
  auto copy = at::empty_strided(sizes, strides, options);
  std::memcpy(copy.mutable_data_ptr(), data, static_cast<std::size_t>(last + 1) * item);
  return copy;
}

void refuse_impostors(std::string_view file, std::string_view what) {
  if (file.starts_with("version https://git-lfs"))
    throw ConfigError(fmt::format(
        "is a Git-LFS pointer, not {} (run 'git lfs pull', or download the file itself)", what));
  auto start = file.substr(0, 512);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), start.size()));
  std::string lower(start.substr(0, 16));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower.starts_with("<!doctype") || lower.starts_with("<html"))
    throw ConfigError(fmt::format(
        "is an HTML page, not {} (the download was answered with a web page)", what));
}

}  // namespace lacuna
