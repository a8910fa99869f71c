#include "model/weights/zip_writer.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

constexpr std::uint32_t kTooLarge = 0xFFFFFFFF;
constexpr std::uint16_t kDate = 0x21;  // 1 January 1980, so that equal weights make equal bytes

// Appends numbers, little-endian.
template <class... Numbers>
std::string& append(std::string& out, Numbers... numbers) {
  (out.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  return out;
}

using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

}  // namespace

void ZipWriter::put(std::string_view bytes) {
  write_(bytes);
  at_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::string_view bytes) {
  if (bytes.size() >= kTooLarge) throw Error(fmt::format("{}: is too large for the archive", name));
  const auto size = static_cast<U32>(bytes.size());
  const auto checksum =
      static_cast<U32>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  entries_.push_back({name, checksum, size, at_});
  // A field that means nothing fills the header up to where the data is aligned.
  const auto unpadded = at_ + 30 + name.size() + 4;
  const auto padding = static_cast<U16>((64 - unpadded % 64) % 64);
  std::string header;
  append(header, U32{0x04034b50}, U16{0}, U16{0}, U16{0}, U16{0}, kDate, checksum, size, size,
         static_cast<U16>(name.size()), static_cast<U16>(4 + padding));
  append(header.append(name), U16{0x4246}, padding).append(padding, 'Z');
  put(header);
  put(bytes);
}

void ZipWriter::finish() {
  const auto begin = at_;
  for (const auto& entry : entries_) {
    const bool far = entry.offset >= kTooLarge;
    std::string record;
    append(record, U32{0x02014b50}, U16{0}, U16{0}, U16{0}, U16{0}, U16{0}, kDate, entry.checksum,
           entry.size, entry.size, static_cast<U16>(entry.name.size()), U16(far ? 12 : 0), U16{0},
           U16{0}, U16{0}, U32{0}, far ? kTooLarge : static_cast<U32>(entry.offset));
    record.append(entry.name);
    if (far) append(record, U16{1}, U16{8}, entry.offset);
    put(record);
  }
  const auto size = at_ - begin, end = at_;
  const U64 count = entries_.size();
  std::string record;
  append(record, U32{0x06064b50}, U64{44}, U16{45}, U16{45}, U32{0}, U32{0}, count, count, size,
         begin);
  append(record, U32{0x07064b50}, U32{0}, end, U32{1});
  append(record, U32{0x06054b50}, U16{0}, U16{0}, static_cast<U16>(count), static_cast<U16>(count),
         static_cast<U32>(size), static_cast<U32>(std::min<U64>(begin, kTooLarge)), U16{0});
  put(record);
}

}  // namespace lacuna
