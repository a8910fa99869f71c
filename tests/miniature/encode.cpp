#include "miniature/encode.hpp"

#include <jpeglib.h>
#include <png.h>

#include <cstdio>  // jpeglib.h needs it before
#include <cstdlib>

#include "lacuna/error.hpp"

namespace lacuna::miniature {

std::string encode_jpeg(const std::uint8_t* pixels, int width, int height, int channels,
                        bool progressive) {
  jpeg_compress_struct file{};
  jpeg_error_mgr errors{};
  file.err = jpeg_std_error(&errors);
  jpeg_create_compress(&file);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&file, &bytes, &size);
  file.image_width = static_cast<JDIMENSION>(width);
  file.image_height = static_cast<JDIMENSION>(height);
  file.input_components = channels;
  file.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&file);
  jpeg_set_quality(&file, 90, TRUE);
  if (progressive) jpeg_simple_progression(&file);
  jpeg_start_compress(&file, TRUE);
  for (int y = 0; y < height; ++y) {
    auto* row = const_cast<JSAMPROW>(pixels + std::size_t{1} * y * width * channels);
    jpeg_write_scanlines(&file, &row, 1);
  }
  jpeg_finish_compress(&file);
  jpeg_destroy_compress(&file);
  std::string out(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return out;
}

std::string encode_png(const std::uint8_t* pixels, int width, int height, int channels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = channels == 4 ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(size, '\0');
  if (!png_image_write_to_memory(&image, out.data(), &size, 0, pixels, 0, nullptr))
    throw Error("miniature: cannot encode a PNG file");
  out.resize(size);
  return out;
}

}  // namespace lacuna::miniature
