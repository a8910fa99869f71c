#include "pictures/mat_check.hpp"

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace lacuna::pictures {
namespace {

constexpr std::size_t kHeader = 128, kTag = 8;
constexpr std::uint32_t kMatrix = 14, kCompressed = 15;

// Unpacks and drops; zlib compares the checksum at the end.
bool unpacks(std::string_view packed) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out(1 << 16, '\0');
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    state = inflate(&stream, Z_NO_FLUSH);
  }
  inflateEnd(&stream);
  return state == Z_STREAM_END;
}

}  // namespace

std::string mat_damage(const std::string& bytes) {
  if (!bytes.starts_with("MATLAB")) return "is no MATLAB file (its first word is not MATLAB)";
  if (bytes.size() < kHeader) return "is cut short";
  if (bytes.starts_with("MATLAB 7.3")) return "";
  if (bytes.substr(126, 2) != "IM") return "is no MATLAB file of version 5, little endian";
  for (std::size_t at = kHeader; at < bytes.size();) {
    if (bytes.size() - at < kTag) return "is cut short";
    std::uint32_t type = 0, size = 0;
    std::memcpy(&type, bytes.data() + at, 4);
    std::memcpy(&size, bytes.data() + at + 4, 4);
    at += kTag;
    if (type != kMatrix && type != kCompressed) return "is damaged: an element of no known kind";
    if (size > bytes.size() - at) return "is cut short";
    if (type == kCompressed && !unpacks(std::string_view(bytes).substr(at, size)))
      return "is damaged: a variable does not unpack";
    at += size;
  }
  return "";
}

}  // namespace lacuna::pictures
