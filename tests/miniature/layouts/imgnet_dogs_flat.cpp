// ILSVRC 2012 with all validation pictures in one folder, as they are unpacked, and the devkit's
// labels: ids that are not contiguous, and pictures of classes that are no dogs of ours.
#include <fmt/format.h>

#include "imgnet_dogs/classes.hpp"
#include "miniature/files.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {

void write_imgnet_dogs_flat(Writer& writer) {
  const auto wnids = imgnet_dogs::wnids();
  MatColumn ids{"ILSVRC2012_ID", {}, {}}, names{"WNID", {}, {}};
  const auto id_of = [](std::size_t label) { return 151 + 2 * label; };
  std::string ground_truth;
  std::int64_t number = 0;
  const auto validation = [&](std::uint64_t look, std::uint64_t index, std::uint64_t id) {
    writer.picture(fmt::format("imagenet/val/ILSVRC2012_val_{:08}.JPEG", ++number), look, index);
    ground_truth += fmt::format("{}\n", id);
  };
  for (std::size_t label = 0; label < wnids.size(); ++label) {
    ids.numbers.push_back(static_cast<double>(id_of(label)));
    names.texts.push_back(wnids[label]);
    for (std::int64_t i = 0; i < writer.options().train_per_class; ++i)
      writer.picture(fmt::format("imagenet/train/{0}/{0}_{1}.JPEG", wnids[label], 17 * i + 1),
                     label, static_cast<std::uint64_t>(i));
  }
  for (std::int64_t i = 0; i < writer.options().test_per_class; ++i)  // classes take turns
    for (std::size_t label = 0; label < wnids.size(); ++label)
      validation(label, static_cast<std::uint64_t>(1000000 + i), id_of(label));
  ids.numbers.push_back(1);
  names.texts.push_back("n01440764");  // a tench
  validation(5000, 0, 1);
  MatWriter meta(writer.path("imagenet/ILSVRC2012_devkit_t12/data/meta.mat"));
  meta.structs("synsets", {ids, names});
  writer.text("imagenet/ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt",
              ground_truth);
}

}  // namespace lacuna::miniature
