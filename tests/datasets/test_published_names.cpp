// Class names and prompts of the zero-shot sets beside the lists that OpenAI and LAION published.
#include <map>
#include <sstream>

#include "../real_file.hpp"
#include "miniature_set.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

using Strings = std::vector<std::string>;

// As they are kept here: classnames and templates by data set.
Strings published(const char* list, const std::string& key) {
  static const auto kept =
      read_json(LACUNA_SOURCE_DIR "/tests/datasets/golden/published_names.json");
  return kept.at(list).at(key).get<Strings>();
}

Strings names(const std::string& key) { return published("classnames", key); }
Strings templates(const std::string& key) { return published("templates", key); }

Strings underscored(Strings all) {
  for (auto& name : all) std::replace(name.begin(), name.end(), ' ', '_');
  return all;
}

// The Python lists `classes` and `templates` of a section of prompts.md.
std::map<std::string, Strings> section(const std::string& text, const std::string& title) {
  const auto begin = text.find("\n## " + title + "\n");
  REQUIRE(begin != std::string::npos);
  std::istringstream lines(text.substr(begin + 1, text.find("\n## ", begin + 1) - begin - 1));
  std::map<std::string, Strings> lists;
  Strings* current = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with(" = [")) current = &lists[line.substr(0, line.find(' '))];
    if (current && line.starts_with("    ") && line.ends_with(","))
      current->push_back(line.substr(5, line.size() - 7));
  }
  return lists;
}

}  // namespace

TEST_CASE("food101 has the published names", "[golden]") {
  const MiniatureSet files("food101");
  CHECK(files.open()->taxonomy().fine == names("food101"));
  CHECK(files.open({{"names", "reference"}})->taxonomy().fine == underscored(names("food101")));
  CHECK(files.open()->templates() == templates("food101"));
}

TEST_CASE("flowers102 has the published names", "[golden]") {
  const MiniatureSet files("flowers102");
  CHECK(files.open()->taxonomy().fine == names("flowers"));
  CHECK(files.open()->templates() == templates("flowers"));
}

TEST_CASE("caltech101 has the published names", "[golden]") {
  auto expected = names("caltech101");
  REQUIRE(expected.front() == "background");
  expected.erase(expected.begin());
  const MiniatureSet files("caltech101");
  CHECK(files.open()->taxonomy().fine == expected);
  CHECK(files.open({{"templates", "clip"}})->templates() == templates("caltech101"));
}

TEST_CASE("imagenet1k has the published names", "[golden]") {
  const auto expected = names("imagenet1k");
  auto options = MiniatureSet::small();
  options.width = options.height = 4;
  const MiniatureSet files("imagenet1k", "imagenet1k_flat", options);
  const auto data = files.open();
  auto found = data->taxonomy().fine;
  std::size_t changed = 0;
  for (auto& name : found) {
    if (name.back() != ' ') continue;
    name.pop_back();
    ++changed;
  }
  CHECK(changed == 2);
  CHECK(found == expected);
  CHECK(data->templates() == templates("imagenet1k"));
}

TEST_CASE("cifar100 can have the published names", "[golden]") {
  const MiniatureSet files("cifar100");
  const auto open = [&](const char* spelling) {
    return files.open({{"allow_partial", true}, {"names", spelling}});
  };
  CHECK(open("clip")->taxonomy().fine == names("cifar100"));
  CHECK(open("reference")->taxonomy().fine == underscored(names("cifar100")));
  CHECK(open("clip")->templates() == templates("cifar100"));
}

TEST_CASE("the names kept for the tests are those of the published files", "[golden][real]") {
  const auto classnames = read_json(real_file("clip/en_classnames.json"));
  for (const char* key : {"flowers", "caltech101", "imagenet1k", "pets"}) {
    CAPTURE(key);
    CHECK(names(key) == classnames.at(key).get<Strings>());
  }
  const auto prompts = read_json(real_file("clip/en_zeroshot_classification_templates.json"));
  for (const char* key : {"food101", "cifar100", "flowers", "caltech101", "imagenet1k"}) {
    CAPTURE(key);
    auto all = prompts.at(key).get<Strings>();
    for (auto& text : all) text.replace(text.find("{c}"), 3, "{}");
    CHECK(templates(key) == all);
  }
  const auto text = read_file(real_file("clip/prompts.md"));
  for (const auto& [key, title] : {std::pair{"food101", "Food101"}, {"cifar100", "CIFAR100"}}) {
    CAPTURE(key);
    const auto lists = section(text, title);
    CHECK(names(key) == lists.at("classes"));
    CHECK(templates(key) == lists.at("templates"));
  }
}
