// ILSVRC 2012 with all 1000 classes: in class folders, and as unpacked with the devkit's labels,
// whose ids are in another order than the synsets.
#include <fmt/format.h>

#include "imagenet1k/synsets.hpp"
#include "miniature/files.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {
namespace {

constexpr std::uint64_t kTest = 1000000;

std::string validation_name(std::int64_t number) {
  return fmt::format("ILSVRC2012_val_{:08}.JPEG", number);
}

}  // namespace

// At original counts only the validation pictures: the training set is 1.28 million.
void write_imagenet1k(Writer& writer) {
  const auto& options = writer.options();
  std::int64_t number = 0;
  for (std::size_t label = 0; label < imagenet::kSynsets.size(); ++label) {
    const std::string wnid = imagenet::kSynsets[label].wnid;
    const auto train = options.original_counts ? 0 : options.train_per_class;
    const auto test = writer.test_count(50000, 1000, static_cast<std::int64_t>(label));
    for (std::int64_t i = 0; i < train; ++i) {
      // ILSVRC's training set holds CMYK pictures and a PNG, all called .JPEG.
      const auto mode = !options.oddities || i != 0 ? Mode::jpeg
                        : label == 0                ? Mode::cmyk_jpeg
                        : label == 1                ? Mode::png
                                                    : Mode::jpeg;
      writer.picture(fmt::format("imagenet/train/{0}/{0}_{1}.JPEG", wnid, 17 * i + 1), label,
                     static_cast<std::uint64_t>(i), mode);
    }
    for (std::int64_t i = 0; i < test; ++i)
      writer.picture(fmt::format("imagenet/val/{}/{}", wnid, validation_name(++number)), label,
                     kTest + static_cast<std::uint64_t>(i));
  }
}

void write_imagenet1k_flat(Writer& writer) {
  constexpr std::size_t kClasses = imagenet::kSynsets.size();
  // A permutation: 367 has no factor in common with 1000.
  const auto id_of = [](std::size_t label) { return (label * 367 + 500) % kClasses + 1; };
  MatColumn ids{"ILSVRC2012_ID", {}, {}}, names{"WNID", {}, {}};
  for (std::size_t label = 0; label < kClasses; ++label) {
    ids.numbers.push_back(static_cast<double>(id_of(label)));
    names.texts.push_back(imagenet::kSynsets[label].wnid);
  }
  // meta.mat also has the inner nodes of the hierarchy, with ids above 1000.
  ids.numbers.push_back(1001);
  names.texts.push_back("n00001740");
  std::string ground_truth;
  std::int64_t number = 0;
  for (std::int64_t i = 0; i < writer.test_count(50000, 1000, 0); ++i) {
    for (std::size_t label = 0; label < kClasses; ++label) {
      writer.picture("imagenet/val/" + validation_name(++number), label,
                     kTest + static_cast<std::uint64_t>(i));
      ground_truth += fmt::format("{}\n", id_of(label));
    }
  }
  const std::string devkit = "imagenet/ILSVRC2012_devkit_t12/data/";
  MatWriter(writer.path(devkit + "meta.mat")).structs("synsets", {ids, names});
  writer.text(devkit + "ILSVRC2012_validation_ground_truth.txt", ground_truth);
}

}  // namespace lacuna::miniature
