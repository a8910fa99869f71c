#include "model/weights/safetensors.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <string_view>

#include "lacuna/error.hpp"
#include "model/weights/mapped_file.hpp"
#include "model/weights/refuse_file.hpp"
#include "model/weights/safetensors_header.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

void check_bytes(const SafetensorsEntry& entry, std::string_view bytes) {
  if (entry.type == at::kBool &&
      std::any_of(bytes.begin(), bytes.end(), [](char c) { return c != 0 && c != 1; }))
    refuse_file(fmt::format("tensor '{}': a BOOL byte is neither 0 nor 1", entry.name));
}

at::Tensor plain(const at::Tensor& tensor) { return tensor.detach().to(at::kCPU).contiguous(); }

std::string_view bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes()};
}

}  // namespace

Safetensors map_safetensors(const std::filesystem::path& path) {
  try {
    const auto file = std::make_shared<const MappedFile>(path);
    const auto layout = safetensors_layout(file->bytes());
    Safetensors result{.tensors = {}, .metadata = layout.metadata};
    for (const auto& entry : layout.entries) {
      const auto bytes = file->bytes().substr(layout.data + entry.begin, entry.end - entry.begin);
      check_bytes(entry, bytes);
      std::vector<std::int64_t> strides(entry.shape.size(), 1);
      for (auto i = strides.size(); i-- > 1;)
        strides[i - 1] = strides[i] * std::max<std::int64_t>(entry.shape[i], 1);
      result.tensors[entry.name] =
          tensor_over(file, bytes.data(), entry.type, entry.shape, strides);
    }
    return result;
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

Safetensors load_safetensors(const std::filesystem::path& path) {
  auto result = map_safetensors(path);
  for (auto& [name, tensor] : result.tensors) tensor = tensor.clone();
  return result;
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
  write_file_atomically(path, [&](const Write& write) {
    write({reinterpret_cast<const char*>(&length), sizeof length});
    write(text);
    for (const auto& [name, tensor] : tensors) {
      const auto bytes = plain(tensor);
      write(bytes_of(bytes));
    }
  });
}

std::string weights_hash(const NamedTensors& tensors) {
  Sha256 hash;
  for (const auto& [name, tensor] : tensors) {
    hash.update(fmt::format("{}:{} {} [{}]\n", name.size(), name,
                            safetensors_dtype(name, tensor.scalar_type()),
                            fmt::join(tensor.sizes().vec(), ",")));
    const auto bytes = plain(tensor);
    hash.update(bytes_of(bytes));
  }
  return hash.hex();
}

}  // namespace lacuna
