#include "model/weights/torch_archive.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "model/weights/mapped_file.hpp"
#include "model/weights/pickle.hpp"
#include "model/weights/refuse_file.hpp"
#include "model/weights/zip_archive.hpp"

namespace lacuna {
namespace {

void refuse_other_files(std::string_view file) {
  refuse_impostors(file, "the weights");
  if (file.empty()) refuse_file("is empty");
  if (file.starts_with("PK\x03\x04")) return;
  if (file.starts_with("\x80\x02") || file.starts_with("\x80\x03") || file.starts_with("\x80\x04"))
    refuse_file(
        "is a bare pickle, as PyTorch before 1.6 wrote it (load and save it with a newer one)");
  refuse_file("is not a PyTorch file (a zip archive is expected)");
}

// The one folder of the archive, with its slash.
std::string root_of(const ZipArchive& archive) {
  constexpr std::string_view pickle = "/data.pkl";
  std::vector<std::string> roots;
  for (const auto& [name, entry] : archive.entries())
    if (name.ends_with(pickle) && name.find('/') == name.size() - pickle.size())
      roots.push_back(name.substr(0, name.size() - pickle.size() + 1));
  if (roots.empty()) refuse_file("is a zip archive without data.pkl, so not a PyTorch file");
  if (roots.size() > 1)
    refuse_file(fmt::format("holds several data.pkl ({})", fmt::join(roots, ", ")));
  return roots.front();
}

struct Extent {  // elements [begin, end) of a storage
  std::string key;
  std::int64_t begin = 0, end = 0;
  std::string name;
};

std::string described(const PickledTensor& tensor) {
  return fmt::format("offset {}, shape [{}], strides [{}] in a storage of {}", tensor.offset,
                     fmt::join(tensor.sizes, ", "), fmt::join(tensor.strides, ", "),
                     tensor.storage_size);
}

// Where in its storage the tensor lies.
Extent extent_of(const std::string& name, const PickledTensor& tensor) {
  const auto outside = [&] {
    refuse_file(fmt::format("{}: reads outside its storage ({})", name, described(tensor)));
  };
  std::vector<std::pair<std::int64_t, std::int64_t>> dimensions;  // stride, size
  bool empty = false;
  std::int64_t elements = 1;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    if (tensor.sizes[i] < 0 || tensor.strides[i] < 0) outside();
    if (__builtin_mul_overflow(elements, std::max<std::int64_t>(tensor.sizes[i], 1), &elements))
      outside();
    empty |= tensor.sizes[i] == 0;
    if (tensor.sizes[i] > 1) dimensions.emplace_back(tensor.strides[i], tensor.sizes[i]);
  }
  if (tensor.offset < 0 || tensor.offset > tensor.storage_size) outside();
  if (empty) return {tensor.key, tensor.offset, tensor.offset, name};
  std::sort(dimensions.begin(), dimensions.end());
  std::int64_t last = 0;  // the farthest element of the dimensions so far
  for (const auto& [stride, size] : dimensions) {
    if (stride <= last)
      refuse_file(fmt::format("{}: its elements overlap ({})", name, described(tensor)));
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(stride, size - 1, &reach) ||
        __builtin_add_overflow(last, reach, &last))
      outside();
  }
  if (last >= tensor.storage_size - tensor.offset) outside();
  return {tensor.key, tensor.offset, tensor.offset + last + 1, name};
}

void refuse_overlaps(std::vector<Extent>& extents) {
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
    return std::tie(a.key, a.begin, a.end) < std::tie(b.key, b.begin, b.end);
  });
  for (std::size_t i = 1; i < extents.size(); ++i) {
    const auto& before = extents[i - 1];
    if (before.key == extents[i].key && extents[i].begin < before.end)
      refuse_file(
          fmt::format("{} and {} overlap in storage {}", before.name, extents[i].name, before.key));
  }
}

NamedTensors tensors_of(const std::shared_ptr<const MappedFile>& file) {
  refuse_other_files(file->bytes());
  const ZipArchive archive(file->bytes());
  const auto root = root_of(archive);
  if (archive.entries().contains(root + "byteorder") &&
      archive.read(root + "byteorder") != "little")
    refuse_file("byteorder: is not little-endian");

  std::map<std::string, PickledTensor> pickled;
  try {
    pickled = pickled_tensors(archive.read(root + "data.pkl"));
  } catch (const ConfigError& error) {
    refuse_file(fmt::format("data.pkl: {}", error.what()));
  }
  std::map<std::string, std::string_view> storages;
  std::vector<Extent> extents;
  NamedTensors tensors;
  for (const auto& [name, tensor] : pickled) {
    auto storage = storages.find(tensor.key);
    if (storage == storages.end())
      storage = storages.emplace(tensor.key, archive.read(root + "data/" + tensor.key)).first;
    const auto item = static_cast<std::int64_t>(c10::elementSize(tensor.type));
    const auto bytes = storage->second.size();
    if (tensor.storage_size < 0 || bytes % static_cast<std::uint64_t>(item) != 0 ||
        bytes / static_cast<std::uint64_t>(item) != static_cast<std::uint64_t>(tensor.storage_size))
      refuse_file(fmt::format("{}: its storage has {} bytes, not {} elements of {}", name, bytes,
                              tensor.storage_size, c10::toString(tensor.type)));
    extents.push_back(extent_of(name, tensor));
    tensors[name] = tensor_over(file, storage->second.data() + tensor.offset * item, tensor.type,
                                tensor.sizes, tensor.strides);
  }
  refuse_overlaps(extents);
  return tensors;
}

}  // namespace

NamedTensors map_torch_archive(const std::filesystem::path& path) {
  try {
    return tensors_of(std::make_shared<const MappedFile>(path));
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace lacuna
