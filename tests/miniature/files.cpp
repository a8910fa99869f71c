#include "miniature/files.hpp"

#include <matio.h>

#include <algorithm>

#include "lacuna/error.hpp"

namespace lacuna::miniature {
namespace {

// GIF's codes of nine bits, least significant bit first, in blocks of at most 255 bytes.
class Codes {
 public:
  void put(int code) {
    bits_ |= static_cast<std::uint32_t>(code) << count_;
    for (count_ += 9; count_ >= 8; count_ -= 8, bits_ >>= 8) bytes_ += static_cast<char>(bits_);
  }
  std::string blocks() {
    if (count_ > 0) bytes_ += static_cast<char>(bits_);
    std::string out;
    for (std::size_t at = 0; at < bytes_.size(); at += 255) {
      const auto size = std::min<std::size_t>(255, bytes_.size() - at);
      out += static_cast<char>(size);
      out += bytes_.substr(at, size);
    }
    return out + '\0';
  }

 private:
  std::string bytes_;
  std::uint32_t bits_ = 0;
  int count_ = 0;
};

std::string u16(int value) { return {static_cast<char>(value), static_cast<char>(value >> 8)}; }

matvar_t* text_variable(const std::string& text) {
  size_t dims[2] = {text.empty() ? 0u : 1u, text.size()};
  return Mat_VarCreate(nullptr, MAT_C_CHAR, MAT_T_UTF8, 2, dims, const_cast<char*>(text.c_str()),
                       0);
}

matvar_t* number_variable(double value) {
  size_t dims[2] = {1, 1};
  return Mat_VarCreate(nullptr, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, &value, 0);
}

void write(void* mat, matvar_t* variable, const std::filesystem::path& file) {
  const int failed =
      variable ? Mat_VarWrite(static_cast<mat_t*>(mat), variable, MAT_COMPRESSION_ZLIB) : 1;
  if (variable) Mat_VarFree(variable);
  if (failed) throw Error(file.string() + ": cannot be written");
}

}  // namespace

const std::string& cmyk_jpeg() {
  static const unsigned char bytes[] = {
      0xff, 0xd8, 0xff, 0xee, 0x00, 0x0e, 0x41, 0x64, 0x6f, 0x62, 0x65, 0x00, 0x64, 0x00, 0x00,
      0x00, 0x00, 0x00, 0xff, 0xdb, 0x00, 0x43, 0x00, 0x14, 0x0e, 0x0f, 0x12, 0x0f, 0x0d, 0x14,
      0x12, 0x10, 0x12, 0x17, 0x15, 0x14, 0x18, 0x1e, 0x32, 0x21, 0x1e, 0x1c, 0x1c, 0x1e, 0x3d,
      0x2c, 0x2e, 0x24, 0x32, 0x49, 0x40, 0x4c, 0x4b, 0x47, 0x40, 0x46, 0x45, 0x50, 0x5a, 0x73,
      0x62, 0x50, 0x55, 0x6d, 0x56, 0x45, 0x46, 0x64, 0x88, 0x65, 0x6d, 0x77, 0x7b, 0x81, 0x82,
      0x81, 0x4e, 0x60, 0x8d, 0x97, 0x8c, 0x7d, 0x96, 0x73, 0x7e, 0x81, 0x7c, 0xff, 0xc0, 0x00,
      0x14, 0x08, 0x00, 0x0c, 0x00, 0x10, 0x04, 0x43, 0x11, 0x00, 0x4d, 0x11, 0x00, 0x59, 0x11,
      0x00, 0x4b, 0x11, 0x00, 0xff, 0xc4, 0x00, 0x18, 0x00, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x00, 0x05, 0x01, 0x04,
      0xff, 0xc4, 0x00, 0x21, 0x10, 0x00, 0x01, 0x02, 0x05, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x02, 0x04, 0x05, 0x11, 0x42, 0x12,
      0x14, 0x15, 0x52, 0x62, 0x41, 0xff, 0xda, 0x00, 0x0e, 0x04, 0x43, 0x00, 0x4d, 0x00, 0x59,
      0x00, 0x4b, 0x00, 0x00, 0x3f, 0x00, 0xdc, 0xaa, 0xe4, 0x6b, 0xf3, 0x1e, 0x85, 0xce, 0xb9,
      0xa0, 0x4e, 0x0c, 0xaa, 0xe4, 0x5c, 0xc7, 0xa3, 0xc8, 0xec, 0xf6, 0x8f, 0xa4, 0x33, 0xaa,
      0xe4, 0x09, 0xdd, 0x3b, 0xd8, 0xec, 0xec, 0x4a, 0x97, 0xb1, 0x03, 0x2a, 0xb9, 0x16, 0xe9,
      0xde, 0xc1, 0xf9, 0xd7, 0xa3, 0x4b, 0xd9, 0x48, 0xff, 0xd9,
  };
  static const std::string file(reinterpret_cast<const char*>(bytes), sizeof bytes);
  return file;
}

std::string gif(const std::uint8_t* bgr, int width, int height) {
  constexpr int kClear = 256, kEnd = 257;
  std::string out = "GIF89a" + u16(width) + u16(height) + std::string("\xF7\0\0", 3);
  for (int i = 0; i < 256; ++i) {
    const int colour = std::min(i, 215);
    for (const int level : {colour / 36, colour / 6 % 6, colour % 6})
      out += static_cast<char>(level * 51);
  }
  out += ',' + u16(0) + u16(0) + u16(width) + u16(height) + std::string("\0\x08", 2);
  Codes codes;
  for (int i = 0; i < width * height; ++i) {
    if (i % 250 == 0) codes.put(kClear);  // before the dictionary outgrows nine bits
    const auto* pixel = bgr + 3 * i;
    codes.put((pixel[2] + 25) / 51 * 36 + (pixel[1] + 25) / 51 * 6 + (pixel[0] + 25) / 51);
  }
  codes.put(kEnd);
  return out + codes.blocks() + ';';
}

MatWriter::MatWriter(std::filesystem::path file)
    : file_(std::move(file)), mat_(Mat_CreateVer(file_.c_str(), nullptr, MAT_FT_MAT5)) {
  if (!mat_) throw Error(file_.string() + ": cannot be written");
}

MatWriter::~MatWriter() { Mat_Close(static_cast<mat_t*>(mat_)); }

void MatWriter::structs(const std::string& name, const std::vector<MatColumn>& columns) {
  std::vector<const char*> fields;
  for (const auto& column : columns) fields.push_back(column.name.c_str());
  const auto& first = columns.front();
  size_t dims[2] = {1, std::max(first.texts.size(), first.numbers.size())};
  auto* variable = Mat_VarCreateStruct(name.c_str(), 2, dims, fields.data(),
                                       static_cast<unsigned>(fields.size()));
  for (std::size_t i = 0; variable && i < dims[1]; ++i) {
    for (const auto& column : columns)
      Mat_VarSetStructFieldByName(variable, column.name.c_str(), i,
                                  column.texts.empty() ? number_variable(column.numbers.at(i))
                                                       : text_variable(column.texts.at(i)));
  }
  write(mat_, variable, file_);
}

void MatWriter::cells(const std::string& name, const std::vector<std::string>& texts, bool column) {
  size_t dims[2] = {column ? texts.size() : 1, column ? 1 : texts.size()};
  std::vector<matvar_t*> all;
  for (const auto& text : texts) all.push_back(text_variable(text));
  write(mat_, Mat_VarCreate(name.c_str(), MAT_C_CELL, MAT_T_CELL, 2, dims, all.data(), 0), file_);
}

void MatWriter::numbers(const std::string& name, const std::vector<double>& values) {
  size_t dims[2] = {1, values.size()};
  write(mat_,
        Mat_VarCreate(name.c_str(), MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims,
                      const_cast<double*>(values.data()), 0),
        file_);
}

}  // namespace lacuna::miniature
