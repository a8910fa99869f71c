// CompCars as distributed: data/image/<make id>/<model id>/<year>/, ids from 1 with gaps, names in
// a MATLAB file with empty cells, spelt in CompCars' own way.
#include <fmt/format.h>

#include "compcars_s/classes.hpp"
#include "miniature/files.hpp"
#include "miniature/layouts/cars_list.hpp"

namespace lacuna::miniature {
namespace {

std::string as_in_compcars(std::string name) {
  if (name.starts_with("BMW")) return "BWM" + name.substr(3);
  if (name == "Chevrolet Trax") return "Trax";
  if (name == "Jaguar XF") return "Gaguar XF";
  return name;
}

}  // namespace

void write_compcars_s_original(Writer& writer) {
  const auto taxonomy = compcars_s::taxonomy();
  const auto make_id = [&](std::size_t label) { return 3 * taxonomy.parent[label] + 1; };
  const auto model_id = [](std::size_t label) { return 5 * label + 2; };
  std::vector<std::string> makes(3 * taxonomy.coarse.size()), models(5 * taxonomy.fine.size() + 1);
  for (std::size_t label = 0; label < taxonomy.fine.size(); ++label) {
    const auto& make = taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[label])];
    makes[static_cast<std::size_t>(make_id(label)) - 1] = as_in_compcars(make);
    models[model_id(label) - 1] = as_in_compcars(taxonomy.fine[label]);
  }
  std::string lists[2];
  for (const auto& car : list_cars(writer)) {
    const auto label = static_cast<std::size_t>(car.label);
    const auto path =
        fmt::format("{}/{}/{}/{}", make_id(label), model_id(label), car.year, car.file);
    writer.odd_picture("CompCars/data/image/" + path, label, car.index);
    // Its own split is another one: every second picture, whichever part of CompCars-S it is in.
    lists[car.index % 2] += path + '\n';
  }
  const std::string folder = "CompCars/data/train_test_split/classification/";
  writer.text(folder + "train.txt", lists[0]);
  writer.text(folder + "test.txt", lists[1]);
  MatWriter names(writer.path("CompCars/data/misc/make_model_name.mat"));
  names.cells("make_names", makes, /*column=*/true);
  names.cells("model_names", models, /*column=*/true);
}

}  // namespace lacuna::miniature
