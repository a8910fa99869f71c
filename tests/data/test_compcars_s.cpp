// CompCars-S: names against the published ones, both places its pictures can come from, and that no
// training picture is a test picture.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compcars_s/classes.hpp"
#include "fixtures.hpp"
#include "run/jobs/matching.hpp"
#include "stanford_cars/classes.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::pair<std::int64_t, std::int64_t> one_each{1, 1};

std::set<std::string> file_names(const Dataset& data, const std::string& split) {
  std::set<std::string> names;
  for (std::int64_t i = 0; i < data.labels(split).numel(); ++i)
    names.insert(data.file(split, i).filename().string());
  return names;
}

bool disjoint(const Dataset& data) {
  const auto test = file_names(data, "test");
  for (const auto& name : file_names(data, "train"))
    if (test.contains(name)) return false;
  return true;
}

const std::string& make_of(const Taxonomy& taxonomy, std::size_t label) {
  return taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[label])];
}

// A row of the published lists for a file below comcars_subset/.
std::string row(const Taxonomy& taxonomy, std::size_t label, const std::string& path) {
  return fmt::format(
      "{{\"img_path\": \"/storage/comcars_subset/{}\", \"coarse_label\": \"{}\", "
      "\"fine_label\": \"{}\"}}\n",
      path, make_of(taxonomy, label), taxonomy.fine[label]);
}

// The list in a data folder names as many pictures as the published one; here each is an empty
// file.
void check_list(const fs::path& data_folder) {
  const TempFolder folder;
  std::ifstream in(data_folder / "compcars_s/test.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto path = nlohmann::json::parse(line).at("img_path").get<std::string>();
    folder.write(path.substr(path.find("comcars_subset/")), "");
  }
  const auto data = open("compcars_s", {{folder.root(), data_folder}});
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{15, 59});
  CHECK(data->splits() == std::vector<std::string>{"test"});
  const auto forget = fine_labels(data->taxonomy(), data->forget_splits().at("forget"));
  std::int64_t n = 0;
  for (const auto label : labels(*data, "test"))
    n += std::count(forget.begin(), forget.end(), label);
  CHECK(n == 291);
  CHECK(labels(*data, "test").size() == 8943);
}

}  // namespace

TEST_CASE("compcars_s: names, hierarchy and split are the published ones [golden]") {
  const auto facts = golden("compcars_s");
  const auto taxonomy = compcars_s::taxonomy();
  validate(taxonomy, "compcars_s");
  CHECK(nlohmann::json(taxonomy.fine) == facts["fine_order"]);
  CHECK(taxonomy.coarse.size() == facts["n_coarse"].get<std::size_t>());
  check_hierarchy(taxonomy, facts["coarse"]);
  CHECK(nlohmann::json(compcars_s::forget_splits()) == facts["splits"]);
}

TEST_CASE("compcars_s: names are those of the label files [golden]") {
  const auto taxonomy = compcars_s::taxonomy();
  const auto files = golden("compcars_s")["sha256"];
  CHECK(sha256(fmt::format("{}", fmt::join(taxonomy.fine, "\n"))) ==
        files["fine_label_subset.txt"].get<std::string>());
  CHECK(sha256(fmt::format("{}\n", fmt::join(taxonomy.coarse, "\n"))) ==
        files["coarse_label_subset.txt"].get<std::string>());
}

TEST_CASE("compcars_s: the label files and the list are the published ones [golden]", "[real]") {
  check_files("compcars_s");
}

TEST_CASE("compcars_s: the Stanford Cars that count as forgotten [golden]") {
  const auto facts = golden("compcars_s")["ood_stanford_cars"];
  const auto target = stanford_cars::taxonomy();
  const auto found =
      match_concepts(Role::out_of_domain, compcars_s::forget_splits().at("forget"), target);
  REQUIRE(found.labels.size() == facts["matched"].size());
  for (std::size_t i = 0; i < found.labels.size(); ++i) {
    CHECK(found.labels[i] + 1 == facts["matched"][i]["class_id"].get<std::int64_t>());
    CHECK(target.fine[static_cast<std::size_t>(found.labels[i])] ==
          facts["matched"][i]["name"].get<std::string>());
  }
  CHECK(nlohmann::json(found.unmatched) == facts["unmatched_forget"]);
}

TEST_CASE("compcars_s: the authors' folders") {
  const Miniature mini("compcars_s", Miniature::small(2, 1));
  const auto data = open("compcars_s", mini.roots());
  CHECK(per_class(*data, "test") == one_each);
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(disjoint(*data));
  CHECK(noted(*data, "the rest of comcars_subset without the test pictures"));
  CHECK(noted(*data, "test: 292 pictures (the original has 8943)"));
  const auto drawn = open("compcars_s", mini.roots(), {{"train_per_class", 1}});
  CHECK(per_class(*drawn, "train") == one_each);
  CHECK(open("compcars_s", mini.roots(), {{"train_per_class", 1}})->manifest() ==
        drawn->manifest());
  CHECK(open("compcars_s", mini.roots(), {{"train", "none"}})->splits() ==
        std::vector<std::string>{"test"});
  CHECK_THAT(refusal("compcars_s", mini, {{"train", "compcars"}}),
             StartsWith("compcars_s: CompCars/data/image: not found in "));
  CHECK_THAT(refusal("compcars_s", mini, {{"train", "list"}}),
             StartsWith("compcars_s: compcars_s/train.jsonl: not found in "));

  SECTION("a list for training, where there is one") {
    const auto file = data->file("train", 7);
    const auto name = fs::relative(file, mini.path("comcars_subset")).string();
    const auto label = static_cast<std::size_t>(labels(*data, "train")[7]);
    mini.write("compcars_s/train.jsonl", row(data->taxonomy(), label, name));
    const auto listed = open("compcars_s", mini.roots());
    CHECK(labels(*listed, "train").size() == 1);
    CHECK(listed->file("train", 0) == file);
    std::int64_t tested = 0;  // a test picture of the same class
    while (labels(*data, "test")[static_cast<std::size_t>(tested)] !=
           static_cast<std::int64_t>(label))
      ++tested;
    const auto leak =
        fs::relative(data->file("test", tested), mini.path("comcars_subset")).string();
    mini.write("compcars_s/train.jsonl", row(data->taxonomy(), label, leak));
    CHECK(refusal("compcars_s", mini) == mini.path("compcars_s/train.jsonl").string() + ": '" +
                                             leak + "' is a test picture as well");
  }
  SECTION("no picture but those of the test list") {
    for (std::int64_t i = 0; i < data->labels("train").numel(); ++i)
      fs::remove(data->file("train", i));
    const auto rest = open("compcars_s", mini.roots());
    CHECK(rest->splits() == std::vector<std::string>{"test"});
    CHECK(noted(*rest, "train: left out"));
    CHECK_THAT(refusal("compcars_s", mini, {{"train", "subset"}}),
               ContainsSubstring("has no picture that is not a test picture"));
  }
}

TEST_CASE("compcars_s: CompCars' own folders, which go by numbers") {
  const Miniature mini("compcars_s_original", Miniature::small(2, 1));
  const auto data = open("compcars_s", mini.roots());
  CHECK(per_class(*data, "test") == one_each);
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(disjoint(*data));
  CHECK(noted(*data, "292 of 292 models were found"));
  // The same pictures under the authors' names: the same data.
  const Miniature named("compcars_s", Miniature::small(2, 1));
  CHECK(data->manifest() == open("compcars_s", named.roots())->manifest());

  SECTION("only what CompCars lists for training") {
    const auto listed = open("compcars_s", mini.roots(), {{"train", "compcars_list"}});
    CHECK(per_class(*listed, "train") == one_each);
    CHECK(disjoint(*listed));
    const auto list = fs::path("CompCars/data/train_test_split/classification/train.txt");
    const Broken broken(mini, list);
    CHECK(refusal("compcars_s", mini, {{"train", "compcars_list"}}) ==
          mini.path(list).string() + ": cannot be read: No such file or directory");
  }
  SECTION("a model without a test picture here is found by its name") {
    auto list = mini.read("compcars_s/test.jsonl");
    std::string rest;
    for (std::size_t at = 0; at < list.size();) {
      const auto end = list.find('\n', at) + 1;
      const auto line = list.substr(at, end - at);
      if (line.find("\"BMW X5\"") == line.npos && line.find("\"Chevrolet Trax\"") == line.npos)
        rest += line;
      at = end;
    }
    mini.write("compcars_s/test.jsonl", rest);
    CHECK(noted(*open("compcars_s", mini.roots()), "292 of 292 models were found"));
    const fs::path names = "CompCars/data/misc/make_model_name.mat";
    {
      const Broken broken(mini, names);
      CHECK(noted(*open("compcars_s", mini.roots()), "290 of 292 models were found"));
    }
    const Broken broken(mini, names, mini.read(names).substr(0, 300));
    CHECK_THAT(refusal("compcars_s", mini), StartsWith(mini.path(names).string() + ": "));
  }
  SECTION("test pictures of two models in one folder") {
    const auto first = data->file("test", 0), second = data->file("test", 1);
    fs::rename(second, first.parent_path() / second.filename());
    CHECK_THAT(refusal("compcars_s", mini), ContainsSubstring(": holds test pictures of '") &&
                                                ContainsSubstring("a CompCars model is one model"));
  }
  SECTION("a test picture is missing") {
    const auto gone = data->file("test", 3);
    fs::remove(gone);
    CHECK(refusal("compcars_s", mini, {{"train", "none"}}) ==
          "compcars_s: 1 of 292 pictures are missing: CompCars/data/image/…/" +
              gone.filename().string());
  }
}

TEST_CASE("compcars_s: broken copies") {
  const Miniature mini("compcars_s");
  {
    const Broken broken(mini, "compcars_s/test.jsonl");
    CHECK(refusal("compcars_s", mini) ==
          "compcars_s: compcars_s/test.jsonl: not found in " + mini.root().string() +
              " (get data/Compcars from https://github.com/1yuwen/Knowledge-Tracing-MU; name the "
              "folder that holds it with --data DIR or LACUNA_DATA)");
  }
  {
    const Broken broken(mini, "comcars_subset");
    CHECK_THAT(refusal("compcars_s", mini),
               StartsWith("compcars_s: comcars_subset or CompCars/data/image: not found in "));
  }
  {
    auto list = mini.read("compcars_s/test.jsonl");
    replace(list, "/comcars_subset/Cadillac/Cadillac ELR/", "/comcars_subset/Cadillac/");
    const Broken broken(mini, "compcars_s/test.jsonl", list);
    CHECK_THAT(refusal("compcars_s", mini),
               ContainsSubstring("(expected …/Cadillac/Cadillac ELR/<year>/<picture>)"));
  }
  {
    const Broken broken(mini, "comcars_subset/Haval");
    CHECK_THAT(refusal("compcars_s", mini),
               StartsWith("compcars_s: 1 of 583 pictures are missing: ") &&
                   ContainsSubstring("comcars_subset/Haval/Haval H8/"));
  }
  mini.write("compcars_s/coarse_label_subset.txt", "Cadillac\nLamborghini\nChevrolett\n");
  CHECK_THAT(refusal("compcars_s", mini),
             ContainsSubstring("line 3: 'Chevrolett' (expected 'Chevrolet')"));
}

TEST_CASE("compcars_s: a list as the published one, with empty files for its pictures") {
  const TempFolder folder;
  const auto taxonomy = compcars_s::taxonomy();
  const auto counts = golden("compcars_s")["test_count"];
  std::string list;
  for (std::size_t label = 0; label < taxonomy.fine.size(); ++label) {
    const auto& model = taxonomy.fine[label];
    for (int i = 0; i < counts[model].get<int>(); ++i)
      list += row(taxonomy, label,
                  fmt::format("{}/{}/2014/{:x}.jpg", make_of(taxonomy, label), model,
                              1000 * label + static_cast<std::size_t>(i)));
  }
  folder.write("compcars_s/test.jsonl", list);
  check_list(folder.root());
}

TEST_CASE("compcars_s: the published list, with empty files for its pictures", "[real]") {
  check_list(real_file("compcars_s/test.jsonl").parent_path().parent_path());
}
