// Class names and prompts of the zero-shot sets beside the lists that OpenAI and LAION published.
#include <map>

#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

namespace {

using Strings = std::vector<std::string>;

fs::path clip_folder() {
  const auto folder = shared_data() / "clip";
  if (!fs::exists(folder / "prompts.md")) SKIP("no clip/prompts.md in the shared data");
  return folder;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Strings published(const char* file, const std::string& key) {
  return nlohmann::json::parse(read(clip_folder() / file)).at(key).get<Strings>();
}

Strings names(const std::string& key) { return published("en_classnames.json", key); }

Strings templates(const std::string& key) {
  auto all = published("en_zeroshot_classification_templates.json", key);
  for (auto& text : all) text.replace(text.find("{c}"), 3, "{}");
  return all;
}

// The Python lists `classes` and `templates` of a section of prompts.md.
std::map<std::string, Strings> section(const std::string& title) {
  const auto text = read(clip_folder() / "prompts.md");
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

Strings underscored(Strings all) {
  for (auto& name : all) std::replace(name.begin(), name.end(), ' ', '_');
  return all;
}

}  // namespace

TEST_CASE("food101 has the published names", "[golden]") {
  const auto lists = section("Food101");
  const MiniatureSet files("food101");
  CHECK(files.open()->taxonomy().fine == lists.at("classes"));
  CHECK(files.open({{"names", "reference"}})->taxonomy().fine == underscored(lists.at("classes")));
  CHECK(files.open()->templates() == lists.at("templates"));
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
  const auto lists = section("CIFAR100");
  const MiniatureSet files("cifar100");
  const auto open = [&](const char* spelling) {
    return files.open({{"allow_partial", true}, {"names", spelling}});
  };
  CHECK(open("clip")->taxonomy().fine == lists.at("classes"));
  CHECK(open("reference")->taxonomy().fine == underscored(lists.at("classes")));
  CHECK(open("clip")->templates() == lists.at("templates"));
  CHECK(open("clip")->templates() == templates("cifar100"));
}
