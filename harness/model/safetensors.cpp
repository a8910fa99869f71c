#include "model/safetensors.hpp"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "lacuna/error.hpp"
#include "model/safetensors_header.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

[[noreturn]] void fail(const std::string& reason) { throw ConfigError(reason); }

// A file's bytes, read-only, for as long as this lives.
class Mapping {
 public:
  explicit Mapping(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
    struct stat status {};
    const bool known = ::fstat(file, &status) == 0;
    const bool regular = known && S_ISREG(status.st_mode);
    if (regular && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    }
    const int error = errno;
    ::close(file);
    if (!regular) fail("is not a regular file");
    if (data_ == MAP_FAILED) fail(fmt::format("cannot be mapped: {}", std::strerror(error)));
  }
  ~Mapping() {
    if (data_ != nullptr && data_ != MAP_FAILED) ::munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

at::Tensor copy_of(const SafetensorsEntry& entry, std::string_view buffer) {
  const auto bytes = buffer.substr(entry.begin, entry.end - entry.begin);
  if (entry.type == at::kBool &&
      std::any_of(bytes.begin(), bytes.end(), [](char c) { return c != 0 && c != 1; }))
    fail(fmt::format("tensor '{}': a BOOL byte is neither 0 nor 1", entry.name));
  auto tensor = at::empty(entry.shape, at::TensorOptions().dtype(entry.type));
  if (!bytes.empty()) std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

at::Tensor plain(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU).contiguous(); }

std::string_view bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()};
}

}  // namespace

Safetensors load_safetensors(const std::filesystem::path& path) {
  try {
    const Mapping mapping(path);
    const auto layout = safetensors_layout(mapping.bytes());
    Safetensors result{.tensors = {}, .metadata = layout.metadata};
    for (const auto& entry : layout.entries)
      result.tensors[entry.name] = copy_of(entry, mapping.bytes().substr(layout.data));
    return result;
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header[std::string(kSafetensorsMetadata)] = metadata;
  std::uint64_t end = 0;
  for (const auto& [name, tensor] : tensors) {
    if (name == kSafetensorsMetadata)
      throw Error(fmt::format("{}: a tensor cannot be named '{}'", path.string(), name));
    const auto begin = end;
    end += tensor.nbytes();
    header[name] = {{"dtype", safetensors_dtype(name, tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {begin, end}}};
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("{}: a tensor's name or the metadata is not UTF-8", path.string()));
  }
  text.append((8 - text.size() % 8) % 8, ' ');  // so that a reader can map the tensors aligned

  const std::uint64_t length = text.size();
  std::string file;
  file.reserve(8 + length + end);
  file.append(reinterpret_cast<const char*>(&length), sizeof length).append(text);
  for (const auto& [name, tensor] : tensors) file.append(bytes_of(plain(tensor)));
  write_file_atomically(path, file);
}

std::string weights_hash(const NamedTensors& tensors) {
  Sha256 hash;
  for (const auto& [name, tensor] : tensors) {
    hash.update(fmt::format("{}:{} {} [{}]\n", name.size(), name,
                            safetensors_dtype(name, tensor.scalar_type()),
                            fmt::join(tensor.sizes().vec(), ",")));
    hash.update(bytes_of(plain(tensor)));
  }
  return hash.hex();
}

}  // namespace lacuna
