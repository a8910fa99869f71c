// For measure_pictures.py: seconds to decode all pictures of a folder, to resize them, and to take
// them from the cache; best of five, on one thread. picture_throughput FOLDER
#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <vector>

#include "model/pictures/picture_cache.hpp"
#include "model/pictures/resize.hpp"
#include "pictures/decode.hpp"
#include "support/files.hpp"

namespace {

namespace fs = std::filesystem;
using namespace lacuna;

void print_best(const std::function<void()>& work) {
  double seconds = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::clock();  // of the processor: other work on the machine counts little
    work();
    seconds = std::min(seconds, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  std::printf("seconds %.6f\n", seconds);
}

void measure(const fs::path& folder) {
  const PictureTransform transform{.size = 224};
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder)) files.push_back(file.path());
  std::vector<at::Tensor> decoded;
  for (const auto& file : files) decoded.push_back(pictures::decode(file));
  const auto kept = folder / "kept";
  PictureCache cache(kept, {}, 0);
  print_best([&] {
    for (const auto& file : files) pictures::decode(file);
  });
  print_best([&] {
    for (const auto& picture : decoded) transform.apply(picture);
  });
  print_best([&] {
    for (std::size_t i = 0; i < files.size(); ++i)
      cache.get(read_file(files[i]), transform, [&] { return transform.apply(decoded[i]); });
  });
  fs::remove_all(kept);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: picture_throughput FOLDER\n");
    return 2;
  }
  try {
    measure(arguments[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 3;
  }
}
