// lacuna data check and list: whole and broken copies of every layout, as a user would see them.
#include "../program.hpp"
#include "data/inspection.hpp"
#include "data/png.hpp"
#include "fixtures.hpp"
#include "pictures/decode.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

constexpr std::pair<const char*, const char*> kLayouts[] = {  // and the data set each is of
    {"imgnet_dogs", "imgnet_dogs"},         {"imgnet_dogs_flat", "imgnet_dogs"},
    {"compcars_s", "compcars_s"},           {"compcars_s_original", "compcars_s"},
    {"oxford_pet", "oxford_pet"},           {"stanford_cars", "stanford_cars"},
    {"stanford_cars_flat", "stanford_cars"}};

Finished data(const std::string& arguments) {
  return run_shell("unset LACUNA_DATA; \"$LACUNA\" data " + arguments);
}

Finished check(const std::string& id, const TempFolder& folder, const std::string& more = "") {
  return data("check " + id + " --data " + folder.root().string() + ' ' + more);
}

// The report of a copy that can be opened.
nlohmann::json report(const std::string& id, const TempFolder& folder, int code) {
  const auto finished = check(id, folder, "--json");
  CAPTURE(finished.err);
  REQUIRE(finished.code == code);
  return nlohmann::json::parse(finished.out);
}

// The same pixels in a file of another kind.
void copy_as_png(const fs::path& from, const fs::path& to) {
  const auto picture = pictures::decode(from);
  const auto* bytes = picture.const_data_ptr<std::uint8_t>();
  write_png(to, {static_cast<int>(picture.size(1)),
                 static_cast<int>(picture.size(0)),
                 {bytes, bytes + picture.numel()}});
}

}  // namespace

TEST_CASE("data check: whole copies of every layout") {
  for (const auto& [layout, id] : kLayouts) {
    CAPTURE(layout);
    const Miniature mini(layout);
    const auto finished = check(id, mini);
    CHECK(finished.code == 0);
    CHECK(finished.err.empty());
    CHECK_THAT(finished.out, EndsWith("\n0 findings\n") && ContainsSubstring(", 1 a class\n") &&
                                 ContainsSubstring("(the original has "));
    const auto all = report(id, mini, 0);
    CHECK(all["dataset"] == id);
    CHECK(all["usable"] == true);
    CHECK(all["findings"] == 0);
    for (const char* split : {"train", "test"}) {
      CHECK(all["splits"][split]["fewest_of_a_class"] == 1);
      CHECK(all["splits"][split]["most_of_a_class"] == 1);
      CHECK(all["splits"][split]["pictures"].get<std::size_t>() > 30);
    }
  }
}

TEST_CASE("data check: what is not there is exit code 2, with the places and where to get it") {
  const TempFolder empty;
  for (const char* id : {"imgnet_dogs", "compcars_s", "oxford_pet", "stanford_cars"}) {
    const auto finished = check(id, empty);
    CHECK(finished.code == 2);
    CHECK(finished.err.empty());
    CHECK_THAT(finished.out, ContainsSubstring(": not found in " + empty.root().string()) &&
                                 ContainsSubstring("(get ") && ContainsSubstring("--data DIR"));
    const auto all = report(id, empty, 2);
    CHECK(all["usable"] == false);
    CHECK(all["reason"].get<std::string>() + '\n' == finished.out);
  }
  const Miniature mini("stanford_cars");
  const Broken broken(mini, "stanford_cars/cars_test_annos_withlabels.mat", "MATLAB, but no more");
  const auto finished = check("stanford_cars", mini);
  CHECK(finished.code == 2);
  CHECK_THAT(finished.out, ContainsSubstring("cars_test_annos_withlabels.mat: "));
}

TEST_CASE("data check: pictures that cannot be read") {
  const Miniature mini("oxford_pet");
  const fs::path folder = "oxford-iiit-pet/images";
  const std::map<std::string, std::string> damaged{
      {"Abyssinian_1.jpg", ""},
      {"beagle_1.jpg", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"},
      {"pug_1.jpg", "<!DOCTYPE html><html><body>404</body></html>"},
      {"samoyed_1.jpg", mini.read(folder / "samoyed_1.jpg").substr(0, 40)}};
  for (const auto& [name, bytes] : damaged) mini.write(folder / name, bytes);
  const auto finished = check("oxford_pet", mini);
  CHECK(finished.code == 1);
  CHECK_THAT(finished.out, ContainsSubstring("finding: unreadable: train[0] " +
                                             mini.path(folder / "Abyssinian_1.jpg").string() +
                                             " (Abyssinian): ") &&
                               EndsWith("\n4 findings\n"));
  const auto all = report("oxford_pet", mini, 1);
  REQUIRE(all["unreadable"].size() == damaged.size());
  for (const auto& entry : all["unreadable"]) {
    CHECK(damaged.contains(fs::path(entry["file"].get<std::string>()).filename().string()));
    CHECK_FALSE(entry["reason"].get<std::string>().empty());
    CHECK(entry["split"] == "train");
  }
  CHECK(all["unreadable"][0]["class"] == "Abyssinian");
}

TEST_CASE("data check: broken copies of every layout") {
  for (const auto& [layout, id] : kLayouts) {
    CAPTURE(layout);
    const Miniature mini(layout);
    const auto page = open(id, mini.roots())->file("test", 0);
    std::ofstream(page) << "<!DOCTYPE html><html><body>404</body></html>";
    const auto all = report(id, mini, 1);
    REQUIRE(all["unreadable"].size() == 1);
    CHECK(all["unreadable"][0]["file"] == page.string());
    CHECK(all["unreadable"][0]["split"] == "test");
    CHECK_THAT(all["unreadable"][0]["reason"].get<std::string>(), ContainsSubstring("HTML page"));

    fs::remove_all(page.parent_path());
    const auto gone = check(id, mini);
    CHECK(gone.code != 0);
    CHECK(gone.err.empty());
    CHECK_THAT(gone.out, ContainsSubstring("no picture of ") ||
                             ContainsSubstring("not found in ") ||
                             ContainsSubstring(" are missing: ") || ContainsSubstring(": lacks "));
  }
}

TEST_CASE("data check: contradicting labels and leaks, whatever the kind of file") {
  auto options = Miniature::small(2, 1);
  options.oddities = false;
  const Miniature mini("imgnet_dogs", options);
  const auto train = [&](const std::string& wnid, int i) {
    return mini.path("imagenet/train/" + wnid + '/' + wnid + '_' + std::to_string(17 * i + 1) +
                     ".JPEG");
  };
  const auto samoyed = open("imgnet_dogs", mini.roots());
  fs::path tested;  // the test picture of the Samoyed
  for (std::int64_t i = 0; i < 99; ++i)
    if (samoyed->file("test", i).parent_path().filename() == "n02111889")
      tested = samoyed->file("test", i);
  const auto overwrite = fs::copy_options::overwrite_existing;

  SECTION("a Samoyed among the Chihuahuas") {
    copy_as_png(train("n02111889", 0), train("n02085620", 1));
    const auto all = report("imgnet_dogs", mini, 1);
    REQUIRE(all["conflicting"].size() == 1);
    CHECK(all["conflicting"][0][0]["class"] == "Chihuahua");
    CHECK(all["conflicting"][0][1]["class"] == "Samoyed");
    CHECK(all["leaks"]["difficult"]["forget_and_retain"].size() == 1);
    CHECK(all["leaks"]["special"]["forget_and_retain"].size() == 1);
    CHECK(all["leaks"]["easy"]["forget_and_retain"].empty());
    CHECK(all["leaks"]["difficult"]["trained_and_tested"].empty());
    CHECK(all["findings"] == 3);
    CHECK_THAT(check("imgnet_dogs", mini).out,
               ContainsSubstring("finding: one picture, several labels: train[1] ") &&
                   ContainsSubstring("(Chihuahua) = train[") &&
                   ContainsSubstring("finding: forget split difficult: to forget and to retain: "));
  }
  SECTION("a training picture that is tested, under another label") {
    copy_as_png(train("n02085620", 0), tested);
    const auto all = report("imgnet_dogs", mini, 1);
    CHECK(all["conflicting"].size() == 1);
    CHECK(all["across_splits"].size() == 1);
  }
  SECTION("a training picture that is tested") {
    copy_as_png(train("n02111889", 0), tested);
    const auto all = report("imgnet_dogs", mini, 1);
    CHECK(all["conflicting"].empty());
    CHECK(all["across_splits"].size() == 1);
    CHECK(all["leaks"]["difficult"]["trained_and_tested"].size() == 1);
    CHECK(all["leaks"]["difficult"]["forget_and_retain"].empty());
    CHECK(all["leaks"]["medium"]["trained_and_tested"].empty());
    CHECK_THAT(check("imgnet_dogs", mini).out,
               ContainsSubstring("finding: one picture, several splits: test[") &&
                   ContainsSubstring("finding: forget split difficult: trained on and tested: "));
  }
  SECTION("a picture twice in its class is told, and no more") {
    fs::copy_file(train("n02111889", 0), train("n02111889", 1), overwrite);
    const auto finished = check("imgnet_dogs", mini);
    CHECK(finished.code == 0);
    CHECK_THAT(finished.out,
               ContainsSubstring("note: 1 picture occurs more than once in their split and class"));
  }
  SECTION("a class without pictures") {
    fs::remove_all(mini.path("imagenet/train/n02111889"));
    const auto finished = check("imgnet_dogs", mini);
    CHECK(finished.code == 1);
    CHECK_THAT(finished.out,
               ContainsSubstring("train: 196 pictures, 0 to 2 a class\n") &&
                   ContainsSubstring("finding: train: no picture of 1 class: Samoyed\n"));
    CHECK(report("imgnet_dogs", mini, 1)["splits"]["train"]["classes_without_pictures"] ==
          nlohmann::json{"Samoyed"});
  }
}

TEST_CASE("data check: leaks of classes that are named, where there are no forget splits") {
  const Miniature mini("stanford_cars");
  const auto data = open("stanford_cars", mini.roots());
  fs::copy_file(data->file("train", 3), data->file("test", 3),
                fs::copy_options::overwrite_existing);
  CHECK(report("stanford_cars", mini, 1)["leaks"].empty());
  const auto name = data->taxonomy().fine[3];
  const auto finished = check("stanford_cars", mini, "--forget " + quote(name));
  CHECK_THAT(finished.out,
             ContainsSubstring("finding: forget split --forget: trained on and tested: ") &&
                 EndsWith("\n2 findings\n"));
  CHECK_THAT(check("stanford_cars", mini, "--forget 'Ram C/V'").err, ContainsSubstring("Ram C/V"));
}

TEST_CASE("data check: files are counted by what they hold") {
  auto options = Miniature::small();
  options.oddities = false;
  const Miniature mini("oxford_pet", options);
  const auto data = open("oxford_pet", mini.roots());
  copy_as_png(data->file("train", 0), data->file("train", 0));
  const std::vector<std::uint8_t> grey(12 * 12 * 3, 9);
  write_png(data->file("train", 2), {12, 12, grey});
  const auto all = report("oxford_pet", mini, 0);
  CHECK(all["kinds"] ==
        nlohmann::json{{"JPEG", 72}, {"PNG named .jpg", 1}, {"PNG named .jpg without colour", 1}});
  CHECK_THAT(check("oxford_pet", mini).out,
             ContainsSubstring("note: files: 72 JPEG, 1 PNG named .jpg, 1 PNG named .jpg without "
                               "colour\n"));
  CHECK(as_json(inspect(*open("shapes", {}), 2, {}))["kinds"].empty());
}

TEST_CASE("data check: names that are not UTF-8, or would reach the terminal, are written safely") {
  const Miniature mini("imgnet_dogs");
  const auto folder = mini.path("imagenet/train/n02085620");
  std::ofstream(folder / "n02085620_\xff\x1b[2J\n.JPEG") << "x";
  const auto finished = check("imgnet_dogs", mini);
  CHECK(finished.code == 1);
  CHECK_THAT(finished.out, ContainsSubstring("/n02085620_\\xff\\x1b[2J\\n.JPEG (Chihuahua): is no "
                                             "picture of a known kind") &&
                               EndsWith("\n1 finding\n"));
  const auto all = report("imgnet_dogs", mini, 1);
  REQUIRE(all["unreadable"].size() == 1);
  CHECK_THAT(all["unreadable"][0]["file"].get<std::string>(),
             EndsWith("/n02085620_\xEF\xBF\xBD\x1b[2J\n.JPEG"));
}

TEST_CASE("data check: the same words on any number of threads [property]") {
  const Miniature mini("oxford_pet");
  const auto data = open("oxford_pet", mini.roots());
  for (std::int64_t i = 0; i < 6; ++i)
    fs::copy_file(data->file("train", 0), data->file("train", 10 + i),
                  fs::copy_options::overwrite_existing);
  std::int64_t last = 0, of = 0;
  const auto once = inspect(*data, 1, [&](std::int64_t done, std::int64_t all) {
    last = done;
    of = all;
  });
  CHECK(of == 74);
  CHECK(last == 74);
  CHECK(once.conflicting.size() == 1);
  CHECK(once.conflicting[0].size() == 7);
  for (const int threads : {2, 7}) CHECK(as_json(inspect(*data, threads, {})) == as_json(once));
}

TEST_CASE("data check: many findings of a kind are counted, and named in full as JSON") {
  const Miniature mini("oxford_pet");
  const auto data = open("oxford_pet", mini.roots());
  for (std::int64_t i = 0; i < 15; ++i) std::ofstream(data->file("train", i)) << "x";
  const auto finished = check("oxford_pet", mini);
  CHECK_THAT(finished.out, ContainsSubstring("finding: unreadable: 5 more (--json names all)\n") &&
                               EndsWith("\n15 findings\n"));
  CHECK(report("oxford_pet", mini, 1)["unreadable"].size() == 15);
}

TEST_CASE("data: mistakes on the command line") {
  const auto fails = [](const std::string& arguments, const std::string& message) {
    const auto finished = data(arguments);
    CAPTURE(arguments);
    CHECK(finished.code == 2);
    CHECK_THAT(finished.err, ContainsSubstring(message));
    CHECK(finished.out.empty());
  };
  fails("", "error: A subcommand is required (see --help)\n");
  fails("check", "error: NAME is required (see --help)\n");
  fails("check imgnet_dog", "error: 'imgnet_dog': no such dataset plugin");
  fails("check imgnet_dogs --params '{'", "error: --params: '{' is no JSON object (such as ");
  fails("check imgnet_dogs --params '[]'", "error: --params: '[]' is no JSON object (such as ");
  fails("check imgnet_dogs --params '{\"list\": \"rule\"}'",
        "error: imgnet_dogs: list: unknown parameter (did you mean 'lists')\n");
  fails("check imgnet_dogs --data /no/such", "error: /no/such: no such folder");
}

TEST_CASE("data list: every data set with its splits, or what is missing") {
  const Miniature mini("oxford_pet");
  const auto finished = data("list --data " + mini.root().string());
  CHECK(finished.code == 0);
  CHECK_THAT(finished.out, ContainsSubstring("oxford_pet     test 37, train 37\n") &&
                               ContainsSubstring("imgnet_dogs    - imgnet_dogs: imagenet/train") &&
                               ContainsSubstring("shapes         "));
  const auto all = nlohmann::json::parse(data("list --json --data " + mini.root().string()).out);
  for (const auto& entry : all) {
    const auto id = entry["dataset"].get<std::string>();
    if (id == "oxford_pet") {
      CHECK(entry["usable"] == true);
      CHECK(entry["splits"] == nlohmann::json{{"test", 37}, {"train", 37}});
    } else if (id == "compcars_s") {
      CHECK(entry["usable"] == false);
      CHECK_THAT(entry["reason"].get<std::string>(), ContainsSubstring("not found in"));
    }
  }
}
