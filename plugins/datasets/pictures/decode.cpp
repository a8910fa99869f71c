#include "pictures/decode.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view magic;
  at::Tensor (*decode)(std::string_view bytes);
};

constexpr Kind kKinds[] = {
    {"\xff\xd8\xff"sv, decode_jpeg},
    {"\x89PNG\r\n\x1a\n"sv, decode_png},
    {"GIF87a"sv, decode_gif},
    {"GIF89a"sv, decode_gif},
    {"BM"sv, decode_bmp},
    {"II*\0"sv, decode_tiff},
    {"MM\0*"sv, decode_tiff},
};

std::string lower_case_start(std::string_view bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf"), bytes.size()));
  std::string start(bytes.substr(0, 64));
  for (auto& c : start)
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  return start;
}

// What a file is that was saved under a picture's name.
std::string what_it_is(std::string_view bytes) {
  if (bytes.empty()) return "is empty (0 bytes)";
  if (bytes.starts_with("version https://git-lfs"))
    return "is a Git-LFS pointer, not the picture (git lfs pull brings it)";
  const auto start = lower_case_start(bytes);
  for (const auto tag : {"<!doctype html", "<html", "<head", "<body"})
    if (start.starts_with(tag))
      return "is an HTML page, not a picture (the download was answered with a web page)";
  if (start.starts_with("<?xml") || start.starts_with("<svg"))
    return "is an XML text, not a picture";
  if (bytes.starts_with("PK\3\4") || bytes.starts_with("\x1f\x8b"))
    return "is an archive, not a picture (unpack it)";
  return "is no picture of a known kind (JPEG, PNG, GIF, BMP, WebP or TIFF)";
}

at::Tensor decode_any(std::string_view bytes) {
  for (const auto& [magic, decode] : kKinds)
    if (bytes.starts_with(magic)) return decode(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP")
    return decode_webp(bytes);
  throw Unreadable(what_it_is(bytes));
}

}  // namespace

void cut_short(const char* kind) {
  throw Unreadable(std::string("is cut short (a ") + kind + " file without its end)");
}

void damaged(const char* kind, const std::string& reason) {
  throw Unreadable(std::string("is a damaged ") + kind + " file: " + reason);
}

at::Tensor new_picture(std::int64_t width, std::int64_t height) {
  constexpr std::int64_t most = 178'956'970;  // twice Pillow's MAX_IMAGE_PIXELS
  if (width < 1 || height < 1) throw Unreadable("has no pixels");
  if (width > most / height)
    throw Unreadable("has " + std::to_string(width) + " x " + std::to_string(height) +
                     " pixels, more than " + std::to_string(most) +
                     " (scale it down: so small a file may be made to fill the memory)");
  return at::empty({height, width, 3}, at::kByte);
}

at::Tensor decode(std::string_view bytes, const std::string& name) {
  try {
    return decode_any(bytes);
  } catch (const Unreadable& reason) {
    throw Error(name + ": " + reason.what());
  }
}

at::Tensor decode(const std::filesystem::path& file) {
  std::string bytes;
  try {
    bytes = read_regular_file(file, "a picture", kMostPicture);
  } catch (const ConfigError& error) {
    throw Error(error.what());  // of a picture, not of what the user wrote
  }
  return decode(bytes, file.string());
}

}  // namespace lacuna::pictures
