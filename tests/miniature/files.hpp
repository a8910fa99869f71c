// Files that OpenCV does not write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lacuna::miniature {

// A fixed picture of 16 x 12 pixels in a JPEG file with four channels (Adobe's inverted CMYK).
const std::string& cmyk_jpeg();

// GIF file of one picture, BGR bytes row by row, in 6 x 6 x 6 colours, not compressed.
std::string gif(const std::uint8_t* bgr, int width, int height);

// Columns of a MATLAB struct array: every column is as long as the array, and either texts or
// numbers (doubles there).
struct MatColumn {
  std::string name;
  std::vector<std::string> texts = {};
  std::vector<double> numbers = {};
};

// A MATLAB file (version 5, compressed) with one variable after the other. [one thread]
class MatWriter {
 public:
  explicit MatWriter(std::filesystem::path file);
  ~MatWriter();
  MatWriter(const MatWriter&) = delete;
  MatWriter& operator=(const MatWriter&) = delete;

  void structs(const std::string& name, const std::vector<MatColumn>& columns);  // 1 x N
  void cells(const std::string& name, const std::vector<std::string>& texts, bool column = false);
  void numbers(const std::string& name, const std::vector<double>& values);  // 1 x N

 private:
  std::filesystem::path file_;
  void* mat_;
};

}  // namespace lacuna::miniature
