// What is wrong with a data set on disk: unreadable pictures, contradicting labels, leaks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"

namespace lacuna {

struct PictureAt {
  std::string split;
  std::int64_t index = 0;
  std::string file;   // empty if it has none of its own
  std::string label;  // fine class name
};

// Pictures whose pixels are equal, in the order of splits and indices.
using SamePictures = std::vector<PictureAt>;

struct SplitCounts {
  std::string split;
  std::int64_t pictures = 0, fewest = 0, most = 0;  // the latter two: of a class
  std::vector<std::string> empty;                   // classes without a picture
};

struct Unreadable {
  PictureAt picture;
  std::string reason;
};

// Of one forget split.
struct Leaks {
  std::vector<SamePictures> trained_and_tested;  // a forget class's training picture, in test too
  std::vector<SamePictures> forget_and_retain;   // of a class to forget, and of one to keep
};

struct Inspection {
  std::vector<SplitCounts> splits;
  std::vector<Unreadable> unreadable;
  std::vector<SamePictures> conflicting;  // equal pictures, different labels
  std::vector<SamePictures> across;       // equal pictures in more than one split
  std::int64_t repeated = 0;              // groups of equal pictures and labels within one split
  std::map<std::string, Leaks> leaks;     // by forget split
  // Pictures that have files of their own, by what these hold: "JPEG", "JPEG without colour", "GIF
  // named .jpg".
  std::map<std::string, std::int64_t> kinds;
  std::vector<std::string> notes;

  std::int64_t findings() const;  // everything but `repeated`, `kinds` and `notes`
};

// Called now and then, from any thread but never from two at once.
using InspectionProgress = std::function<void(std::int64_t done, std::int64_t of)>;

// Decodes every picture once, on `threads` threads. Pictures are compared by the SHA-256 of their
// size and pixels, so that a copy in another file format is found. What the plugin throws for one
// picture is a finding; else it passes through.
// `forget`: classes, fine or coarse names, that are looked at as one more forget split, "--forget".
Inspection inspect(const Dataset& dataset, int threads, const InspectionProgress& progress,
                   const std::vector<std::string>& forget = {});

// Everything, see docs/datasets.md.
nlohmann::ordered_json as_json(const Inspection& inspection);

// Lines for people; of each kind of finding the first `shown`.
std::string as_text(const Inspection& inspection, std::size_t shown = 10);

}  // namespace lacuna
