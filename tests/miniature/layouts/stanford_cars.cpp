// Stanford Cars in folders for training and testing, each with MATLAB annotations: classes from 1,
// a class with '/', test labels in a file of their own beside the one without.
#include <fmt/format.h>

#include "miniature/files.hpp"
#include "miniature/miniature.hpp"
#include "stanford_cars/classes.hpp"

namespace lacuna::miniature {
namespace {

// Classes take turns, as in no file of theirs: row order is not label order.
std::vector<std::int64_t> labels_in_turn(const std::vector<std::int64_t>& counts) {
  std::vector<std::int64_t> labels;
  for (std::int64_t round = 0, before = -1; before != static_cast<std::int64_t>(labels.size());
       ++round) {
    before = static_cast<std::int64_t>(labels.size());
    for (std::size_t label = 0; label < counts.size(); ++label)
      if (counts[label] > round) labels.push_back(static_cast<std::int64_t>(label));
  }
  return labels;
}

std::vector<MatColumn> boxes(std::size_t rows) {
  std::vector<MatColumn> columns;
  for (const char* name : {"bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"})
    columns.push_back({name, {}, std::vector<double>(rows, 1)});
  return columns;
}

struct Part {
  std::vector<std::int64_t> labels;
  std::vector<double> classes;
};

Part part_of(const Writer& writer, bool train) {
  const auto classes = static_cast<std::int64_t>(stanford_cars::taxonomy().fine.size());
  std::vector<std::int64_t> counts;
  for (std::int64_t label = 0; label < classes; ++label)
    counts.push_back(train ? writer.train_count(8144, classes, label)
                           : writer.test_count(8041, classes, label));
  Part part{labels_in_turn(counts), {}};
  for (const auto label : part.labels) part.classes.push_back(static_cast<double>(label + 1));
  return part;
}

}  // namespace

void write_stanford_cars(Writer& writer) {
  MatWriter(writer.path("stanford_cars/devkit/cars_meta.mat"))
      .cells("class_names", stanford_cars::taxonomy().fine);
  for (const bool train : {true, false}) {
    const auto part = part_of(writer, train);
    const std::string folder = train ? "stanford_cars/cars_train/" : "stanford_cars/cars_test/";
    MatColumn names{"fname", {}, {}};
    for (std::size_t i = 0; i < part.labels.size(); ++i) {
      names.texts.push_back(fmt::format("{:05}.jpg", i + 1));
      writer.odd_picture(folder + names.texts.back(), static_cast<std::uint64_t>(part.labels[i]),
                         (train ? 0 : 1000000) + i);
    }
    auto columns = boxes(part.labels.size());
    columns.push_back(names);
    if (!train)
      MatWriter(writer.path("stanford_cars/devkit/cars_test_annos.mat"))
          .structs("annotations", columns);
    columns.insert(columns.end() - 1, {"class", {}, part.classes});
    MatWriter(writer.path(train ? "stanford_cars/devkit/cars_train_annos.mat"
                                : "stanford_cars/cars_test_annos_withlabels.mat"))
        .structs("annotations", columns);
  }
}

void write_stanford_cars_flat(Writer& writer) {
  MatColumn paths{"relative_im_path", {}, {}}, classes{"class", {}, {}}, test{"test", {}, {}};
  for (const bool train : {true, false}) {
    const auto part = part_of(writer, train);
    for (std::size_t i = 0; i < part.labels.size(); ++i) {
      paths.texts.push_back(fmt::format("car_ims/{:06}.jpg", paths.texts.size() + 1));
      classes.numbers.push_back(part.classes[i]);
      test.numbers.push_back(train ? 0 : 1);
      writer.odd_picture("stanford_cars/" + paths.texts.back(),
                         static_cast<std::uint64_t>(part.labels[i]), (train ? 0 : 1000000) + i);
    }
  }
  auto columns = boxes(paths.texts.size());
  columns.insert(columns.begin(), paths);
  columns.push_back(classes);
  columns.push_back(test);
  MatWriter file(writer.path("stanford_cars/cars_annos.mat"));
  file.structs("annotations", columns);
  file.cells("class_names", stanford_cars::taxonomy().fine);
}

}  // namespace lacuna::miniature
