// JPEG through libjpeg-turbo, with the settings that Pillow uses.
#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <vector>

// clang-format off: this header uses FILE and size_t without including what declares them
#include <jpeglib.h>
// clang-format on

#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

// libjpeg leaves by longjmp: all that must outlive that sits here, outside the frame that is left.
struct Session {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  std::jmp_buf on_error;
  char message[JMSG_LENGTH_MAX] = "";
  at::Tensor picture;
  std::vector<JSAMPLE> row;  // CMYK

  ~Session() { jpeg_destroy_decompress(&info); }
};

Session& session_of(j_common_ptr info) { return *static_cast<Session*>(info->client_data); }

// A source that suspends at its end: libjpeg's own would go on with grey where the file is cut
// short.
void set_source(Session& session, std::string_view bytes) {
  auto& source = session.source;
  source.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  source.bytes_in_buffer = bytes.size();
  source.init_source = source.term_source = [](j_decompress_ptr) {};
  source.fill_input_buffer = [](j_decompress_ptr) -> boolean { return FALSE; };
  source.skip_input_data = [](j_decompress_ptr info, long count) {
    if (count <= 0) return;
    const auto skipped = std::min(static_cast<std::size_t>(count), info->src->bytes_in_buffer);
    info->src->next_input_byte += skipped;
    info->src->bytes_in_buffer -= skipped;
  };
  source.resync_to_restart = jpeg_resync_to_restart;
  session.info.src = &source;
}

void start(Session& session, std::string_view bytes) {
  session.info.err = jpeg_std_error(&session.errors);
  session.info.client_data = &session;
  session.errors.error_exit = [](j_common_ptr info) {
    info->err->format_message(info, session_of(info).message);
    std::longjmp(session_of(info).on_error, 1);
  };
  session.errors.output_message = [](j_common_ptr) {};  // warnings: Pillow keeps the pixels too
  jpeg_create_decompress(&session.info);
  session.info.client_data = &session;  // jpeg_create_decompress keeps it; said for the reader
  set_source(session, bytes);
}

enum class Outcome { done, suspended, failed };

Outcome read_header(Session& session) {
  if (setjmp(session.on_error) != 0) return Outcome::failed;
  int found;
  do found = jpeg_read_header(&session.info, FALSE);
  while (found == JPEG_HEADER_TABLES_ONLY);
  return found == JPEG_SUSPENDED ? Outcome::suspended : Outcome::done;
}

// Pillow takes every CMYK file for one of Adobe's, which are inverted, and then goes the plain way:
// each colour is what is left of the white that black leaves.
void cmyk_to_rgb(const JSAMPLE* in, std::uint8_t* out, JDIMENSION width) {
  for (JDIMENSION x = 0; x < width; ++x, in += 4, out += 3) {
    const unsigned white = in[3];
    for (int c = 0; c < 3; ++c) {
      const unsigned product = (255u - in[c]) * white + 128;
      out[c] = static_cast<std::uint8_t>(white - ((product + (product >> 8)) >> 8));
    }
  }
}

Outcome read_rows(Session& session) {
  auto& info = session.info;
  auto* out = session.picture.mutable_data_ptr<std::uint8_t>();
  if (setjmp(session.on_error) != 0) return Outcome::failed;
  if (!jpeg_start_decompress(&info)) return Outcome::suspended;
  const bool cmyk = info.out_color_space == JCS_CMYK;
  while (info.output_scanline < info.output_height) {
    auto* target = out + std::size_t{3} * info.output_width * info.output_scanline;
    JSAMPROW row = cmyk ? session.row.data() : target;
    if (jpeg_read_scanlines(&info, &row, 1) != 1) return Outcome::suspended;
    if (cmyk) cmyk_to_rgb(row, target, info.output_width);
  }
  // What follows the last row is read as Pillow reads it: a marker that makes no sense there says
  // that rows before it were made up. That the end is missing says nothing, so the result is not
  // asked for.
  jpeg_finish_decompress(&info);
  return Outcome::done;
}

void check(Outcome outcome, const Session& session) {
  if (outcome == Outcome::failed) damaged("JPEG", session.message);
  if (outcome == Outcome::suspended) cut_short("JPEG");
}

}  // namespace

at::Tensor decode_jpeg(std::string_view bytes) {
  const auto session = std::make_unique<Session>();
  start(*session, bytes);
  check(read_header(*session), *session);
  auto& info = session->info;
  if (info.num_components != 1 && info.num_components != 3 && info.num_components != 4)
    damaged("JPEG", std::to_string(info.num_components) + " channels");
  info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_RGB;
  session->picture = new_picture(info.image_width, info.image_height);
  if (info.num_components == 4) session->row.resize(std::size_t{4} * info.image_width);
  check(read_rows(*session), *session);
  return session->picture;
}

}  // namespace lacuna::pictures
