// Writes generated pictures in the on-disk layouts of the real data sets, oddities included, at any
// count and size: for tests with two pictures a class, and for a full-size proof without the
// originals.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lacuna::miniature {

struct Options {
  std::int64_t train_per_class = 2, test_per_class = 2;
  bool original_counts = false;  // as many as the original has instead
  int width = 48, height = 36;
  std::uint64_t seed = 1;
  // Pictures in the modes and under the names that the originals have: greyscale, CMYK, PNG, RGBA,
  // GIF called .jpg, files that are no pictures. Off: plain JPEG files only.
  bool oddities = true;
  // A data folder with the originals' label lists (imgnet_dogs/train.jsonl, …): layouts that have
  // such lists then write exactly the pictures named there. Empty: names are made up.
  std::filesystem::path lists;
  int threads = 0;  // 0: as many as there are cores
};

// What a file holds, whatever its name says.
enum class Mode { jpeg, grey_jpeg, progressive_jpeg, cmyk_jpeg, png, rgba_png, gif };

// Collects what a layout consists of, then draws and writes the pictures in parallel. Same options:
// same bytes. [one thread]
class Writer {
 public:
  Writer(std::filesystem::path out, Options options);
  ~Writer();

  const Options& options() const { return options_; }
  // How many pictures of one of `classes` classes: what the options say, or, at original counts, an
  // even share of `original` (the first classes get the rest).
  std::int64_t train_count(std::int64_t original, std::int64_t classes, std::int64_t label) const;
  std::int64_t test_count(std::int64_t original, std::int64_t classes, std::int64_t label) const;

  // Where to write a file of one's own; its folder is there afterwards.
  std::filesystem::path path(const std::filesystem::path& relative) const;
  void text(const std::filesystem::path& relative, std::string_view bytes) const;

  // A picture to be drawn by finish(). Pictures of one `look` (a class) resemble each other and no
  // other look; every `index` is another picture. CMYK is one fixed picture: use it once.
  void picture(const std::filesystem::path& relative, std::uint64_t look, std::uint64_t index,
               Mode mode = Mode::jpeg);
  // The same, in any mode but CMYK if the options ask for oddities.
  void odd_picture(const std::filesystem::path& relative, std::uint64_t look, std::uint64_t index);

  // Draws and writes. Throws Error("<path>: reason"). Returns how many pictures there are.
  std::int64_t finish();

 private:
  struct Job;
  std::filesystem::path out_;
  Options options_;
  std::vector<Job> jobs_;
};

// A layout is one file layouts/<id>.cpp and one line in layouts.def, with the plugin's id.
#define LACUNA_LAYOUT(id) void write_##id(Writer& writer);
#define LACUNA_VARIANT(id) LACUNA_LAYOUT(id)
#include "miniature/layouts.def"
#undef LACUNA_LAYOUT
#undef LACUNA_VARIANT

std::vector<std::string> layout_ids();

// Writes these sets (all but the variants if empty) below `out`, which serves as --data. Returns
// the number of pictures. Throws ConfigError for an unknown id.
std::int64_t write(const std::filesystem::path& out, const std::vector<std::string>& sets,
                   const Options& options = {});

}  // namespace lacuna::miniature
