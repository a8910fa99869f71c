// Picture files: every kind against Pillow's pixels, and every way in which a file is no picture.
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>

#include "lacuna/error.hpp"
#include "model/pictures/resize.hpp"
#include "pictures/decode.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;

namespace {

const nlohmann::json& golden() {
  static const auto rows =
      read_json(std::filesystem::path(LACUNA_SOURCE_DIR) / "tests/pictures/golden.json");
  return rows;
}

std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  const auto padding = static_cast<std::size_t>(std::count(text.begin(), text.end(), '='));
  return bytes.substr(0, bytes.size() - padding);
}

std::string golden_file(const std::string& kind) {
  for (const auto& row : golden())
    if (row.at("kind") == kind) return from_base64(row.at("file"));
  FAIL(kind << ": no such golden file");
  return "";
}

std::string digest(const at::Tensor& pixels) {
  const auto bytes = pixels.contiguous();
  return Sha256().update(bytes.const_data_ptr(), bytes.nbytes()).hex();
}

// What decode() says of these bytes; "" if it takes them for a picture.
std::string refusal(const std::string& bytes) {
  try {
    pictures::decode(bytes, "x.jpg");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void put(std::string& bytes, std::size_t at, const std::string& other) {
  REQUIRE(at + other.size() <= bytes.size());
  std::copy(other.begin(), other.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

// What is printed on stderr while this lives, by libraries too.
class Printed {
 public:
  Printed() : file_(std::tmpfile()), kept_(dup(2)) { dup2(fileno(file_), 2); }
  ~Printed() {
    dup2(kept_, 2);
    close(kept_);
    std::fclose(file_);
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;

  bool nothing() const {
    struct stat about;
    return fstat(fileno(file_), &about) == 0 && about.st_size == 0;
  }

 private:
  std::FILE* file_;
  int kept_;
};

// Numbers as a TIFF file that begins with II has them.
std::string little(std::size_t bytes, std::uint32_t number) {
  std::string out;
  for (; bytes > 0; --bytes, number >>= 8) out += static_cast<char>(number);
  return out;
}

// Red, green, blue and 1, 2, 3, as a TIFF file of 2 x 2 pixels with a palette, which has so many
// numbers at this place (0: where it is).
std::string palette_tiff(std::uint32_t count = 3 * 256, std::uint32_t place = 0) {
  const std::vector<std::vector<std::uint32_t>> tags{
      {256, 3, 1, 2}, {257, 3, 1, 2}, {258, 3, 1, 8}, {259, 3, 1, 1}, {262, 3, 1, 3},
      {273, 4, 1, 8}, {277, 3, 1, 1}, {278, 3, 1, 2}, {279, 4, 1, 4}, {320, 3, count, place}};
  const std::string pixels("\0\1\2\3", 4);
  const auto begin = static_cast<std::uint32_t>(8 + pixels.size());
  const auto end = begin + 2 + 12 * static_cast<std::uint32_t>(tags.size()) + 4;
  auto bytes = "II" + little(2, 42) + little(4, begin) + pixels +
               little(2, static_cast<std::uint32_t>(tags.size()));
  for (const auto& tag : tags)
    bytes += little(2, tag[0]) + little(2, tag[1]) + little(4, tag[2]) +
             little(4, tag[0] == 320 && place == 0 ? end : tag[3]);
  bytes += little(4, 0);
  const std::uint32_t palette[3][4] = {{255, 0, 0, 1}, {0, 255, 0, 2}, {0, 0, 255, 3}};
  for (const auto& channel : palette)
    for (std::size_t i = 0; i < 256; ++i) bytes += little(2, i < 4 ? 257 * channel[i] : 0);
  return bytes;
}

}  // namespace

TEST_CASE("decode: every kind of file has Pillow's pixels, and the crop Pillow's bytes",
          "[golden]") {
  REQUIRE(golden().size() > 60);
  for (const auto& row : golden()) {
    INFO(row.at("kind"));
    const auto picture = pictures::decode(from_base64(row.at("file")), "golden");
    CHECK(picture.size(0) == row.at("height"));
    CHECK(picture.size(1) == row.at("width"));
    CHECK(digest(picture) == row.at("pixels"));
    CHECK(digest(PictureTransform{.size = 8}.apply(picture)) == row.at("crop"));
  }
}

TEST_CASE("decode: the content tells the kind, not the name") {
  const auto file = std::filesystem::temp_directory_path() / "lacuna-decode.jpg";
  write_file_atomically(file, golden_file("gif"));
  CHECK(at::equal(pictures::decode(file), pictures::decode(golden_file("gif"), "gif")));
  std::filesystem::remove(file);
}

TEST_CASE("decode: what is no picture is called by its name") {
  const std::string known = "is no picture of a known kind (JPEG, PNG, GIF, BMP, WebP or TIFF)";
  CHECK(refusal("") == "x.jpg: is empty (0 bytes)");
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n") ==
        "x.jpg: is a Git-LFS pointer, not the picture (git lfs pull brings it)");
  for (const auto page :
       {"<!DOCTYPE html><html>", "\n  <HTML><head>", "\xef\xbb\xbf<html lang=en>"})
    CHECK(refusal(page) ==
          "x.jpg: is an HTML page, not a picture (the download was answered with a web page)");
  CHECK(refusal("<?xml version='1.0'?><Error/>") == "x.jpg: is an XML text, not a picture");
  CHECK(refusal("PK\3\4....") == "x.jpg: is an archive, not a picture (unpack it)");
  CHECK(refusal("hello") == "x.jpg: " + known);
  CHECK(refusal("RIFF....WAVE") == "x.jpg: " + known);
  CHECK(refusal(std::string(100, '\0')) == "x.jpg: " + known);
}

TEST_CASE("decode: a file that cannot be read is named with the reason") {
  const auto message = [](const std::filesystem::path& file) -> std::string {
    try {
      pictures::decode(file);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(message("/no/such.jpg") == "/no/such.jpg: cannot be read: No such file or directory");
  CHECK(message("/tmp") == "/tmp: is a folder (expected a picture)");
  CHECK(message("/dev/zero") == "/dev/zero: is a device (expected a picture)");
  const auto folder = std::filesystem::temp_directory_path();
  const auto pipe = folder / "lacuna-decode.pipe", huge = folder / "lacuna-decode.huge";
  std::filesystem::remove(pipe);
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(message(pipe) == pipe.string() + ": is a pipe (expected a picture)");
  std::filesystem::remove(pipe);
  write_file_atomically(huge, "\xff\xd8\xff");
  std::filesystem::resize_file(huge, 1 << 30);
  CHECK(message(huge) == huge.string() + ": is longer than 268435456 bytes (a picture is shorter)");
  std::filesystem::remove(huge);
}

TEST_CASE("decode: a file cut short is refused, not filled up with grey") {
  for (const auto* kind : {"jpeg 4:2:0", "jpeg progressive 4:2:0", "png RGB 8", "gif", "bmp 24"}) {
    const auto bytes = golden_file(kind);
    INFO(kind);
    const auto said = refusal(bytes.substr(0, bytes.size() - 20));
    const bool right =
        said.starts_with("x.jpg: is cut short (a ") && said.ends_with(" file without its end)");
    INFO(said);
    CHECK(right);
  }
  CHECK(refusal(golden_file("webp lossy").substr(0, 60)) ==
        "x.jpg: is a damaged WebP file: its pixels cannot be read, or end too early");
  CHECK(refusal(golden_file("webp lossy").substr(0, 14)) ==
        "x.jpg: is cut short (a WebP file without its end)");
}

TEST_CASE("decode: a JPEG whose scan ends in a marker of no meaning is refused, as by Pillow") {
  for (const auto* kind : {"jpeg 4:2:0", "jpeg grey", "jpeg CMYK"}) {
    INFO(kind);
    const auto whole = golden_file(kind);
    const auto scan = whole.rfind("\xff\xda") + 14;
    // In the middle, where grey would follow, and behind the last row.
    for (const auto place : {(scan + whole.size()) / 2, whole.size() - 2}) {
      auto bytes = whole;
      bytes.insert(place, "\xff\x02");
      CHECK(refusal(bytes).starts_with("x.jpg: is a damaged JPEG file: Unsupported marker type"));
    }
  }
}

TEST_CASE("decode: of damaged LZW TIFFs those are read that Pillow reads, as it reads them",
          "[golden]") {
  const auto whole = golden_file("tiff RGB lzw");
  // One byte of the strip each, inverted: what Pillow 12.2 with libtiff 4.7 reads, and the pixels.
  const std::string read_by_pillow =
      "--------+-+------+-+-+----+-++-+---++--+---++++-++---+-++-++--++-++-+--+++-++---+-++-++--++"
      "-++-++-++++";
  std::string read;
  Sha256 pixels;
  bool nothing_printed = false;
  {
    const Printed printed;
    for (std::size_t at = 8; at < 8 + read_by_pillow.size(); ++at) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(~bytes[at]);
      const auto refused = refusal(bytes);
      read += refused.empty() ? '+' : '-';
      if (refused.empty()) {
        const auto picture = pictures::decode(bytes, "x.tif").contiguous();
        pixels.update(picture.const_data_ptr(), picture.nbytes());
      } else {
        CHECK_THAT(refused, Catch::Matchers::StartsWith("x.jpg: is a damaged TIFF file: "));
      }
    }
    nothing_printed = printed.nothing();
  }
  CHECK(nothing_printed);
  CHECK(read == read_by_pillow);
  CHECK(pixels.hex() == "e8cdec38c9fafcaa780e83cfc82ba9a4709d0d3ca726acf66c7e2b8510c4fd95");
}

TEST_CASE("decode: a TIFF whose palette cannot be read is refused, not read as grey") {
  const auto picture = pictures::decode(palette_tiff(), "palette.tif");
  const auto right = at::tensor({255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3}, at::kByte);
  CHECK(at::equal(picture, right.reshape({2, 2, 3})));
  std::string short_of, beyond;
  bool nothing_printed = false;
  {
    const Printed printed;
    short_of = refusal(palette_tiff(5));
    beyond = refusal(palette_tiff(3 * 256, 100'000));
    nothing_printed = printed.nothing();
  }
  CHECK(nothing_printed);
  for (const auto& said : {short_of, beyond})
    CHECK_THAT(said, Catch::Matchers::StartsWith("x.jpg: is a damaged TIFF file: ") &&
                         Catch::Matchers::ContainsSubstring("ColorMap"));
}

TEST_CASE("decode: a small file that promises a huge picture is refused before memory is taken") {
  auto bytes = golden_file("png RGB 8");
  put(bytes, 16, std::string("\0\0\x80\0\0\0\x80\0", 8));
  // The header's checksum, so that only the size is wrong.
  CHECK(refusal(bytes).starts_with("x.jpg: is a damaged PNG file: "));
  bytes = golden_file("bmp 24");
  put(bytes, 18, std::string("\0\x80\0\0\0\x80\0\0", 8));
  CHECK(refusal(bytes) ==
        "x.jpg: has 32768 x 32768 pixels, more than 178956970 (scale it down: so small a file may "
        "be made to fill the memory)");
  bytes = golden_file("jpeg progressive 4:2:0");
  put(bytes, bytes.find("\xff\xc2") + 5, "\xff\xdc\xff\xdc");
  CHECK(refusal(bytes).starts_with("x.jpg: has 65500 x 65500 pixels, more than 178956970"));
  bytes = golden_file("bmp 24");
  put(bytes, 18, std::string(4, '\0'));
  CHECK(refusal(bytes) == "x.jpg: has no pixels");
}

TEST_CASE("decode: unusual files of a known kind say what is unusual") {
  auto bmp = golden_file("bmp 24");
  put(bmp, 28, std::string("\7\0", 2));
  CHECK(refusal(bmp) == "x.jpg: is a damaged BMP file: 7 bits a pixel");
  bmp = golden_file("bmp 24");
  put(bmp, 14, std::string("\x29\0", 2));
  CHECK(refusal(bmp) == "x.jpg: is a damaged BMP file: a header of 41 bytes");
  bmp = golden_file("bmp 24");
  put(bmp, 30, "\x04");
  CHECK(refusal(bmp) == "x.jpg: is a damaged BMP file: compression 4");
  auto jpeg = golden_file("jpeg 4:4:4");
  put(jpeg, jpeg.find("\xff\xc0") + 4, "\x0c");
  CHECK(refusal(jpeg) == "x.jpg: is a damaged JPEG file: Unsupported JPEG data precision 12");
  CHECK(refusal(std::string("GIF89a\1\0\1\0\0\0\0;", 14)) ==
        "x.jpg: is a damaged GIF file: it holds no picture");
}

TEST_CASE("decode: damaged files give a picture or an Error, never a crash", "[property]") {
  std::mt19937 random(1);
  std::size_t refused = 0, all = 0;
  for (const auto& row : golden()) {
    const auto kind = row.at("kind").get<std::string>();
    const auto whole = from_base64(row.at("file"));
    const auto attempt = [&](const std::string& bytes) {
      ++all;
      if (!refusal(bytes).empty()) ++refused;
    };
    for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 60)
      attempt(whole.substr(0, length));
    for (int i = 0; i < 40; ++i) {
      auto bytes = whole;
      for (int flips = 0; flips < 3; ++flips)
        bytes[random() % bytes.size()] = static_cast<char>(random());
      attempt(bytes);
    }
  }
  CHECK(refused > all / 2);
}
