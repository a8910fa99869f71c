// ILSVRC 2012's folders for the 99 breeds; validation pictures in class folders.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "imgnet_dogs/classes.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {
namespace {

// "imagenet/train/n02085620/n02085620_10011.JPEG" of an absolute path.
std::string below_imagenet(const std::string& path) { return path.substr(path.rfind("imagenet/")); }

void write_listed(Writer& writer, const std::filesystem::path& list, const Taxonomy& taxonomy) {
  std::map<std::string, std::uint64_t> looks;
  for (const auto& name : taxonomy.fine) looks.emplace(name, looks.size());
  const std::uint64_t first = list.filename() == "test.jsonl" ? 1000000 : 0;
  std::ifstream in(list);
  std::string text, line;
  for (std::uint64_t index = first; std::getline(in, line); ++index) {
    const auto row = nlohmann::json::parse(line);
    writer.picture(below_imagenet(row.at("img_path")), looks.at(row.at("fine_label")), index);
    text += line + '\n';
  }
  writer.text(std::filesystem::path("imgnet_dogs") / list.filename(), text);
}

}  // namespace

void write_imgnet_dogs(Writer& writer) {
  const auto taxonomy = imgnet_dogs::taxonomy();
  const auto wnids = imgnet_dogs::wnids();
  const auto lists = writer.options().lists / "imgnet_dogs";
  if (!writer.options().lists.empty() && std::filesystem::exists(lists / "train.jsonl")) {
    write_listed(writer, lists / "train.jsonl", taxonomy);
    write_listed(writer, lists / "test.jsonl", taxonomy);
    return;
  }
  // ILSVRC's training set holds a PNG and some CMYK pictures under the suffix .JPEG.
  constexpr Mode modes[] = {Mode::cmyk_jpeg, Mode::png, Mode::grey_jpeg};
  const bool odd = writer.options().oddities;
  std::int64_t number = 0;
  for (std::size_t label = 0; label < wnids.size(); ++label) {
    const auto& wnid = wnids[label];
    const auto train = writer.train_count(19800, 99, static_cast<std::int64_t>(label));
    const auto test = writer.test_count(4950, 99, static_cast<std::int64_t>(label));
    for (std::int64_t i = 0; i < train; ++i)
      writer.picture(fmt::format("imagenet/train/{0}/{0}_{1}.JPEG", wnid, 17 * i + 1), label,
                     static_cast<std::uint64_t>(i),
                     odd && i == 0 && label < std::size(modes) ? modes[label] : Mode::jpeg);
    for (std::int64_t i = 0; i < test; ++i)
      writer.picture(fmt::format("imagenet/val/{}/ILSVRC2012_val_{:08}.JPEG", wnid, ++number),
                     label, static_cast<std::uint64_t>(1000000 + i));
  }
  if (odd) writer.text(fmt::format("imagenet/train/{}/.DS_Store", wnids[0]), "no picture");
}

}  // namespace lacuna::miniature
