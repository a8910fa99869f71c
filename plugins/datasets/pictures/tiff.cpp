// TIFF through libtiff, for the kinds where it agrees with Pillow: 8 bits a channel without alpha.
#include <ATen/ops/from_blob.h>
#include <tiffio.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

// A file in memory, and the first thing that libtiff has to say against it.
struct File {
  std::string_view bytes;
  std::uint64_t at = 0;
  std::string complaint = {}, palette_complaint = {};
};

File& file_of(thandle_t handle) { return *static_cast<File*>(handle); }

tmsize_t read(thandle_t handle, void* out, tmsize_t size) {
  auto& file = file_of(handle);
  if (file.at >= file.bytes.size()) return 0;
  const auto n = file.bytes.copy(static_cast<char*>(out), static_cast<std::size_t>(size), file.at);
  file.at += n;
  return static_cast<tmsize_t>(n);
}

toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto& file = file_of(handle);
  const auto from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.bytes.size();
  return file.at = from + offset;
}

int complain(TIFF*, void* user, const char*, const char* format, va_list values) {
  auto& text = static_cast<File*>(user)->complaint;
  char line[200];
  if (text.empty() && std::vsnprintf(line, sizeof line, format, values) > 0) text = line;
  return 1;  // said: nothing is printed
}

// libtiff warns of a palette that it cannot read, and takes the picture for a grey one.
int note_palette(TIFF*, void* user, const char*, const char* format, va_list values) {
  char line[200];
  if (std::vsnprintf(line, sizeof line, format, values) > 0 && std::strstr(line, "ColorMap"))
    static_cast<File*>(user)->palette_complaint = line;
  return 1;
}

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

std::unique_ptr<TIFF, Close> open(File& file) {
  const std::unique_ptr<TIFFOpenOptions, Close> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), complain, &file);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), note_palette, &file);
  // "m": no mapping, so that no reader goes past the end of what is here.
  return std::unique_ptr<TIFF, Close>(TIFFClientOpenExt(
      "", "rm", &file, read, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, seek,
      [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return file_of(handle).bytes.size(); }, nullptr, nullptr,
      options.get()));
}

std::uint16_t tag(TIFF* tiff, std::uint32_t name) {
  std::uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff, name, &value);
  return value;
}

bool is_usual(TIFF* tiff) {
  const auto samples = tag(tiff, TIFFTAG_SAMPLESPERPIXEL);
  const auto format = tag(tiff, TIFFTAG_SAMPLEFORMAT);
  std::uint16_t extra = 0, *kinds = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
  return tag(tiff, TIFFTAG_BITSPERSAMPLE) == 8 && (samples == 1 || samples == 3) && extra == 0 &&
         format == SAMPLEFORMAT_UINT && tag(tiff, TIFFTAG_PHOTOMETRIC) <= PHOTOMETRIC_PALETTE;
}

// TIFF's orientations, undone: a picture [H, W, 3] as it is stored, turned to how it is seen.
at::Tensor upright(at::Tensor picture, std::uint16_t orientation) {
  const bool columns_first = orientation >= ORIENTATION_LEFTTOP;
  if (columns_first) picture = picture.transpose(0, 1);
  switch (orientation) {
    case ORIENTATION_TOPRIGHT:
    case ORIENTATION_RIGHTTOP:
      return picture.flip({1}).contiguous();
    case ORIENTATION_BOTRIGHT:
    case ORIENTATION_RIGHTBOT:
      return picture.flip({0, 1}).contiguous();
    case ORIENTATION_BOTLEFT:
    case ORIENTATION_LEFTBOT:
      return picture.flip({0}).contiguous();
    default:
      return picture.contiguous();
  }
}

}  // namespace

at::Tensor decode_tiff(std::string_view bytes) {
  File file{bytes};
  const auto tiff = open(file);
  if (!tiff) damaged("TIFF", file.complaint.empty() ? "its header cannot be read" : file.complaint);
  if (!file.palette_complaint.empty()) damaged("TIFF", file.palette_complaint);
  if (!is_usual(tiff.get()))
    throw Unreadable("is a TIFF file of an unusual kind (8 bits a channel, without alpha)");
  std::uint32_t width = 0, height = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  auto picture = new_picture(width, height);
  const auto orientation = tag(tiff.get(), TIFFTAG_ORIENTATION);
  // Read as it lies in the file: libtiff itself turns a picture over, but never by a quarter.
  TIFFRGBAImage reader;
  char reason[1024] = "";
  if (!TIFFRGBAImageBegin(&reader, tiff.get(), /*stop=*/1, reason)) damaged("TIFF", reason);
  const std::unique_ptr<TIFFRGBAImage, decltype(&TIFFRGBAImageEnd)> end(&reader, TIFFRGBAImageEnd);
  reader.req_orientation = reader.orientation;
  std::vector<std::uint32_t> raster(std::size_t{width} * height);
  if (!TIFFRGBAImageGet(&reader, raster.data(), width, height))
    damaged("TIFF", "its pixels cannot be read, or end too early");
  picture.copy_(at::from_blob(raster.data(), {height, width, 4}, at::kByte).slice(2, 0, 3));
  return upright(picture, orientation);
}

}  // namespace lacuna::pictures
