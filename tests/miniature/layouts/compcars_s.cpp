// CompCars-S as the paper's authors keep it: comcars_subset/<make>/<model>/<year>/, test and
// training pictures side by side, names with spaces in them.
#include "compcars_s/classes.hpp"
#include "miniature/layouts/cars_list.hpp"

namespace lacuna::miniature {

void write_compcars_s(Writer& writer) {
  const auto taxonomy = compcars_s::taxonomy();
  for (const auto& car : list_cars(writer)) {
    const auto label = static_cast<std::size_t>(car.label);
    const auto folder = std::filesystem::path("comcars_subset") /
                        taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[label])] /
                        taxonomy.fine[label] / car.year;
    writer.odd_picture(folder / car.file, label, car.index);
  }
}

}  // namespace lacuna::miniature
