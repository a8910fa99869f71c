#include "model/weights/zip_archive.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "model/weights/refuse_file.hpp"

namespace lacuna {
namespace {

constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50,
                        kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr std::uint64_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kEnd64Size = 56,
                        kLocator64Size = 20;
constexpr std::uint16_t kEncrypted = 1, kSizesFollow = 8;  // general purpose flags

[[noreturn]] void cut_short() {
  refuse_file("is cut short or damaged: its zip directory is not at its end (download it again)");
}

// A little-endian number at `at`.
template <class T>
T number(std::string_view file, std::uint64_t at) {
  if (file.size() < sizeof(T) || at > file.size() - sizeof(T)) cut_short();
  T value;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

std::string_view text(std::string_view file, std::uint64_t at, std::uint64_t size) {
  if (at > file.size() || size > file.size() - at) cut_short();
  return file.substr(at, size);
}

struct Directory {
  std::uint64_t begin = 0, end = 0, entries = 0;
};

Directory directory_of(std::string_view file) {
  if (file.size() < kEndSize) cut_short();
  const auto end = file.size() - kEndSize;
  if (number<std::uint32_t>(file, end) != kEnd || number<std::uint16_t>(file, end + 20) != 0)
    cut_short();
  Directory directory{number<std::uint32_t>(file, end + 16), end,
                      number<std::uint16_t>(file, end + 10)};
  std::uint64_t size = number<std::uint32_t>(file, end + 12);
  bool one_disk = number<std::uint16_t>(file, end + 4) == 0 &&
                  number<std::uint16_t>(file, end + 6) == 0 &&
                  number<std::uint16_t>(file, end + 8) == directory.entries;
  const auto locator = end - std::min(end, kLocator64Size);
  if (end >= kLocator64Size && number<std::uint32_t>(file, locator) == kLocator64) {
    const auto at = number<std::uint64_t>(file, locator + 8);
    if (locator < kEnd64Size || at != locator - kEnd64Size ||
        number<std::uint32_t>(file, at) != kEnd64)
      cut_short();
    directory = {number<std::uint64_t>(file, at + 48), at, number<std::uint64_t>(file, at + 32)};
    size = number<std::uint64_t>(file, at + 40);
    one_disk = number<std::uint32_t>(file, at + 16) == 0 &&
               number<std::uint32_t>(file, at + 20) == 0 &&
               number<std::uint64_t>(file, at + 24) == directory.entries;
  }
  if (!one_disk) refuse_file("is one part of a zip archive of several files");
  if (directory.begin > directory.end || size != directory.end - directory.begin) cut_short();
  return directory;
}

// Sizes and offset of an entry that do not fit 32 bits stand in its extra field, in this order.
void read_zip64(std::string_view extra, std::uint64_t& size, std::uint64_t& packed,
                std::uint64_t& offset) {
  constexpr std::uint32_t elsewhere = 0xFFFFFFFF;
  if (size != elsewhere && packed != elsewhere && offset != elsewhere) return;
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const auto id = number<std::uint16_t>(extra, at);
    const auto length = number<std::uint16_t>(extra, at + 2);
    if (id == 1) {
      const auto field = text(extra, at + 4, length);
      std::uint64_t next = 0;
      for (auto* value : {&size, &packed, &offset}) {
        if (*value != elsewhere) continue;
        *value = number<std::uint64_t>(field, next);
        next += 8;
      }
      return;
    }
    at += 4u + length;
  }
}

struct Listed {
  std::string name;
  ZipArchive::Entry entry;
  std::uint64_t header = 0;  // where the local header lies
};

// The entry's place in the file, from its local header, which must tell the same.
void locate(std::string_view file, std::uint64_t limit, std::uint16_t method, std::uint64_t packed,
            Listed& listed) {
  const auto at = listed.header;
  const auto refuse = [&](const char* reason) {
    refuse_file(fmt::format("{}: {}", listed.name, reason));
  };
  if (at > limit || limit - at < kLocalSize || number<std::uint32_t>(file, at) != kLocal)
    refuse("the zip directory points to where no entry is (damaged)");
  const auto name = number<std::uint16_t>(file, at + 26),
             extra = number<std::uint16_t>(file, at + 28);
  if (limit - at - kLocalSize < std::uint64_t{name} + extra ||
      text(file, at + kLocalSize, name) != listed.name ||
      number<std::uint16_t>(file, at + 8) != method)
    refuse("its header and the zip directory differ (damaged)");
  const bool follows = (number<std::uint16_t>(file, at + 6) & kSizesFollow) != 0;
  const auto local_size = number<std::uint32_t>(file, at + 18);
  if (!follows && local_size != 0xFFFFFFFF && local_size != packed)
    refuse("its header and the zip directory differ in size (damaged)");
  listed.entry.begin = at + kLocalSize + name + extra;
  if (packed > limit - listed.entry.begin) refuse("lies outside the archive's data (cut short?)");
}

}  // namespace

ZipArchive::ZipArchive(std::string_view file) : file_(file) {
  const auto directory = directory_of(file);
  const auto listing = file.substr(0, directory.end);
  std::vector<Listed> all;
  auto at = directory.begin;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (number<std::uint32_t>(listing, at) != kCentral) refuse_file("its zip directory is damaged");
    const auto flags = number<std::uint16_t>(listing, at + 8);
    const auto method = number<std::uint16_t>(listing, at + 10);
    std::uint64_t packed = number<std::uint32_t>(listing, at + 20);
    std::uint64_t size = number<std::uint32_t>(listing, at + 24);
    std::uint64_t header = number<std::uint32_t>(listing, at + 42);
    const auto name_size = number<std::uint16_t>(listing, at + 28);
    const auto extra_size = number<std::uint16_t>(listing, at + 30);
    const auto comment_size = number<std::uint16_t>(listing, at + 32);
    read_zip64(text(listing, at + kCentralSize + name_size, extra_size), size, packed, header);
    Listed listed{
        std::string(text(listing, at + kCentralSize, name_size)),
        {.size = size, .checksum = number<std::uint32_t>(listing, at + 16), .stored = method == 0},
        header};
    if ((flags & kEncrypted) != 0) refuse_file(fmt::format("{}: is encrypted", listed.name));
    if (listed.entry.stored && packed != size)
      refuse_file(fmt::format("{}: is stored, but its two sizes differ (damaged)", listed.name));
    locate(listing.substr(0, directory.begin), directory.begin, method, packed, listed);
    if (!entries_.emplace(listed.name, listed.entry).second)
      refuse_file(fmt::format("{}: occurs twice in the zip directory", listed.name));
    listed.entry.size = packed;  // from here on: what it covers
    all.push_back(std::move(listed));
    at += kCentralSize + name_size + extra_size + comment_size;
  }
  if (at != directory.end)
    refuse_file("its zip directory is damaged: it does not end where it should");

  std::sort(all.begin(), all.end(),
            [](const Listed& a, const Listed& b) { return a.header < b.header; });
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto& before = all[i - 1];
    if (all[i].header < before.entry.begin + before.entry.size)
      refuse_file(fmt::format("{} and {} overlap in the zip archive", before.name, all[i].name));
  }
}

std::string_view ZipArchive::read(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) refuse_file(fmt::format("{}: missing from the archive", name));
  const auto& entry = found->second;
  if (!entry.stored)
    refuse_file(fmt::format("{}: is compressed (PyTorch stores weights uncompressed)", name));
  const auto bytes = file_.substr(entry.begin, entry.size);
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (checksum != entry.checksum)
    refuse_file(
        fmt::format("{}: its checksum is wrong: the file is damaged (download it again)", name));
  return bytes;
}

}  // namespace lacuna
