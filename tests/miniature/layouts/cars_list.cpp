#include "miniature/layouts/cars_list.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "compcars_s/classes.hpp"
#include "lacuna/random.hpp"

namespace lacuna::miniature {
namespace {

namespace fs = std::filesystem;

// Years as in CompCars: some are not known.
std::string year_of(std::uint64_t index) {
  return index % 5 == 1 ? "unknown" : std::to_string(2008 + index % 7);
}

std::vector<Car> copy_list(Writer& writer, const fs::path& list, const Taxonomy& taxonomy) {
  std::map<std::string, std::int64_t> labels;
  for (const auto& name : taxonomy.fine)
    labels.emplace(name, static_cast<std::int64_t>(labels.size()));
  std::vector<Car> cars;
  std::ifstream in(list);
  std::string text, line;
  while (std::getline(in, line)) {
    const auto row = nlohmann::json::parse(line);
    const fs::path path(row.at("img_path").get<std::string>());
    cars.push_back({labels.at(row.at("fine_label")), 1000000 + cars.size(),
                    path.parent_path().filename().string(), path.filename().string(), true});
    text += line + '\n';
  }
  writer.text("compcars_s/test.jsonl", text);
  return cars;
}

}  // namespace

std::vector<Car> list_cars(Writer& writer) {
  const auto taxonomy = compcars_s::taxonomy();
  const auto classes = static_cast<std::int64_t>(taxonomy.fine.size());
  const auto given = writer.options().lists / "compcars_s" / "test.jsonl";
  std::vector<Car> cars;
  const auto make_up = [&](std::int64_t label, std::uint64_t index, bool test) {
    const auto hash =
        derive_seed(static_cast<std::uint64_t>(label) * 100000 + index, test ? "test" : "train");
    cars.push_back({label, test ? 1000000 + index : index, year_of(index),
                    fmt::format("{:014x}.jpg", hash >> 8), test});
  };
  if (!writer.options().lists.empty() && fs::exists(given)) {
    cars = copy_list(writer, given, taxonomy);
  } else {
    std::string list;
    for (std::int64_t label = 0; label < classes; ++label) {
      for (std::int64_t i = 0; i < writer.test_count(8943, classes, label); ++i) {
        make_up(label, static_cast<std::uint64_t>(i), true);
        const auto& fine = taxonomy.fine[static_cast<std::size_t>(label)];
        const auto& coarse =
            taxonomy
                .coarse[static_cast<std::size_t>(taxonomy.parent[static_cast<std::size_t>(label)])];
        list += fmt::format(
            "{{\"img_path\": \"/storage/of/others/comcars_subset/{0}/{1}/{2}/{3}\", "
            "\"coarse_label\": \"{0}\", \"fine_label\": \"{1}\"}}\n",
            coarse, fine, cars.back().year, cars.back().file);
      }
    }
    writer.text("compcars_s/test.jsonl", list);
  }
  // The paper's training list is not known; about 97 pictures a model were used.
  for (std::int64_t label = 0; label < classes; ++label)
    for (std::int64_t i = 0; i < writer.train_count(100 * classes, classes, label); ++i)
      make_up(label, static_cast<std::uint64_t>(i), false);
  return cars;
}

}  // namespace lacuna::miniature
