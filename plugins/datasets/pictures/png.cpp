// PNG through libpng, told to transform nothing: what becomes of each mode is said here, as Pillow
// does it.
#include <png.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

// libpng leaves by longjmp: all that must outlive that sits here, outside the frame that is left.
struct Session {
  std::string_view rest;
  png_structp png = nullptr;
  png_infop info = nullptr;
  bool ended = false;
  std::string message;
  png_uint_32 width = 0, height = 0;
  int depth = 0, colour = 0;
  std::vector<png_byte> pixels;
  std::vector<png_bytep> rows;

  ~Session() { png_destroy_read_struct(&png, &info, nullptr); }
};

void read_bytes(png_structp png, png_bytep out, std::size_t count) {
  auto& session = *static_cast<Session*>(png_get_io_ptr(png));
  if (session.rest.size() < count) {
    session.ended = true;
    png_error(png, "end of file");
  }
  std::memcpy(out, session.rest.data(), count);
  session.rest.remove_prefix(count);
}

void keep_message(png_structp png, png_const_charp message) {
  static_cast<Session*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}

// libpng only warns where zlib's checksum is wrong: by then it has all pixels.
void keep_warning(png_structp png, png_const_charp message) {
  if (std::strstr(message, "incorrect data check") != nullptr)
    static_cast<Session*>(png_get_error_ptr(png))->message = message;
}

bool read_header(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_read_fn(session.png, &session, read_bytes);
  png_set_user_limits(session.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // new_picture() has its own
  png_read_info(session.png, session.info);
  png_get_IHDR(session.png, session.info, &session.width, &session.height, &session.depth,
               &session.colour, nullptr, nullptr, nullptr);
  png_set_packing(session.png);  // one byte a value below 8 bits, unscaled
  png_set_interlace_handling(session.png);
  png_read_update_info(session.png, session.info);
  return true;
}

// Of the pixels Pillow checks what zlib checks, and not PNG's own checksums.
bool read_rows(Session& session) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_crc_action(session.png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_read_image(session.png, session.rows.data());
  return session.message.empty();
}

void check(bool done, const Session& session) {
  if (done) return;
  if (session.ended) cut_short("PNG");
  damaged("PNG", session.message);
}

using Table = std::array<std::array<std::uint8_t, 3>, 256>;

// Of one byte a pixel: grey levels of up to 8 bits spread over 0 to 255, or the palette, where
// Pillow leaves colours that are not in it black.
Table colours(const Session& session) {
  Table table{};
  if (session.colour == PNG_COLOR_TYPE_PALETTE) {
    png_colorp palette = nullptr;
    int count = 0;
    png_get_PLTE(session.png, session.info, &palette, &count);
    for (int i = 0; i < count && i < 256; ++i)
      table[static_cast<std::size_t>(i)] = {palette[i].red, palette[i].green, palette[i].blue};
    return table;
  }
  const unsigned levels = 1u << session.depth;
  for (unsigned i = 0; i < levels; ++i)
    table[i].fill(static_cast<std::uint8_t>(i * 255 / (levels - 1)));
  return table;
}

// Alpha is dropped, not blended. 16 bits: the upper eight, but where grey stands alone Pillow keeps
// the value and clips it.
void to_rgb(const Session& session, const png_byte* in, std::uint8_t* out) {
  const std::size_t pixels = std::size_t{session.width} * session.height;
  const bool colour = (session.colour & PNG_COLOR_MASK_COLOR) != 0;
  const bool alpha = (session.colour & PNG_COLOR_MASK_ALPHA) != 0;
  const std::size_t bytes = session.depth == 16 ? 2 : 1;
  const std::size_t step = ((colour ? 3 : 1) + (alpha ? 1 : 0)) * bytes;
  for (std::size_t i = 0; i < pixels; ++i, in += step, out += 3) {
    if (colour) {
      for (std::size_t c = 0; c < 3; ++c) out[c] = in[c * bytes];
    } else {
      out[0] = out[1] = out[2] = bytes == 1 || alpha ? in[0] : in[0] == 0 ? in[1] : 255;
    }
  }
}

}  // namespace

at::Tensor decode_png(std::string_view bytes) {
  const auto session = std::make_unique<Session>();
  session->rest = bytes;
  session->png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, session.get(), keep_message, keep_warning);
  session->info = session->png != nullptr ? png_create_info_struct(session->png) : nullptr;
  if (session->info == nullptr) damaged("PNG", "libpng cannot start");
  check(read_header(*session), *session);
  auto picture = new_picture(session->width, session->height);
  auto* out = picture.mutable_data_ptr<std::uint8_t>();

  const auto stride = png_get_rowbytes(session->png, session->info);
  // Deflate makes at most 1032 bytes of one: a header that promises more is not worth the memory.
  if (stride * session->height / 1032 > bytes.size()) cut_short("PNG");
  session->pixels.resize(stride * session->height);
  session->rows.resize(session->height);
  for (std::size_t y = 0; y < session->rows.size(); ++y)
    session->rows[y] = session->pixels.data() + y * stride;
  check(read_rows(*session), *session);

  if (session->depth == 16 || (session->colour != PNG_COLOR_TYPE_PALETTE && session->depth == 8)) {
    to_rgb(*session, session->pixels.data(), out);
    return picture;
  }
  const auto table = colours(*session);
  for (const auto value : session->pixels) out = std::copy_n(table[value].data(), 3, out);
  return picture;
}

}  // namespace lacuna::pictures
