#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "fetch/catalogue.hpp"
#include "fetch/fetch_display.hpp"
#include "lacuna/error.hpp"
#include "server.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json sample() {
  return json::parse(R"({"schema_version": 1, "items": {
    "mine": {"kind": "dataset", "title": "Mine", "home": "https://example.org", "license": "MIT",
      "files": [{"url": "https://example.org/a/b.tar.gz?download=1", "bytes": 7,
        "sha256": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "md5": "d41d8cd98f00b204e9800998ecf8427e",
        "unpack": {"inner": "x.tar", "move": {"x/y": "mine/y", "x/z": "mine/z"}}}]},
    "theirs": {"kind": "dataset", "title": "Theirs", "home": "https://example.org",
      "license": "by request", "by_hand": "ask them", "holds": ["theirs/a", ["b", "theirs/b"]]}}})");
}

std::string complaint(const std::string& pointer, const json& value, bool allow_http = false) {
  auto catalogue = sample();
  const json::json_pointer at(pointer);
  if (value.is_null()) {
    catalogue[at.parent_pointer()].erase(at.back());
  } else {
    catalogue[at] = value;
  }
  try {
    catalogue_from("c", catalogue, allow_http);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("The catalogue as shipped is whole") {
  const auto& items = Catalogue::builtin().items();
  for (const auto* name :
       {"openai/ViT-B-32", "openai/ViT-B-16", "openai/ViT-L-14", "openai/ViT-L-14-336",
        "openai/RN50", "openai/RN101", "openai/RN50x4", "openai/RN50x16", "openai/RN50x64",
        "openai/bpe", "oxford_pet", "flowers102", "caltech101", "food101", "cifar100", "imagenet1k",
        "imgnet_dogs", "compcars_s", "stanford_cars"})
    CHECK(items.contains(name));
  for (const auto& [name, item] : items) {
    CAPTURE(name);
    CHECK(item.files.empty() == !item.by_hand.empty());
    for (const auto& file : item.files) {
      CHECK_FALSE(item.checksums_from.empty());
      CHECK(file.bytes > 0);
      REQUIRE_FALSE(file.checksums.empty());
      CHECK(file.checksums[0].algorithm == "sha256");
      for (const auto& place : file.places()) {
        const bool looked_for = std::any_of(item.holds.begin(), item.holds.end(), [&](auto& one) {
          return std::find(one.begin(), one.end(), place) != one.end();
        });
        CHECK((looked_for || place.ends_with("license_agreement.txt")));
      }
    }
    if (item.kind != "model") continue;
    // OpenAI's addresses hold the digest.
    REQUIRE(item.files.size() == 1);
    CHECK_THAT(item.files[0].url, ContainsSubstring("/" + item.files[0].checksums[0].hex + "/"));
    CHECK(item.files[0].to == "models/" + name + ".pt");
    CHECK(item.needs == std::vector<std::string>{"openai/bpe"});
  }
  CHECK(Catalogue::builtin().at("openai/bpe").files[0].checksums[0].hex ==
        "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a");
}

TEST_CASE("A catalogue is read as written") {
  const auto catalogue = catalogue_from("c", sample(), false);
  const auto& mine = catalogue.at("mine");
  REQUIRE(mine.files.size() == 1);
  const auto& file = mine.files[0];
  CHECK(file.save_as == "b.tar.gz");
  CHECK(file.bytes == 7);
  CHECK(mine.bytes() == 7);
  REQUIRE(file.checksums.size() == 2);
  CHECK(to_string(file.checksums[0]) ==
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_string(file.checksums[1]) == "md5:d41d8cd98f00b204e9800998ecf8427e");
  CHECK(file.inner == "x.tar");
  CHECK(file.places() == std::vector<std::string>{"mine/y", "mine/z"});
  CHECK(mine.holds == std::vector<std::vector<std::string>>{{"mine/y"}, {"mine/z"}});
  CHECK(catalogue.at("theirs").holds ==
        std::vector<std::vector<std::string>>{{"theirs/a"}, {"b", "theirs/b"}});
  CHECK_THROWS_WITH(catalogue.at("mime"), "'mime': is not in the catalogue (did you mean 'mine')");
}

TEST_CASE("Each mistake in a catalogue is one line that names the place") {
  struct Mistake {
    std::string pointer;
    json value;
    std::string complaint;
  };
  const auto it = GENERATE(values<Mistake>({
      {"/schema_version", 2, "c: schema_version: 2 is not known (1 is)"},
      {"/itmes", 1, "c: 'itmes': unknown key (did you mean 'items')"},
      {"/items", json::array(), "c: items: is no object"},
      {"/items/mine/kind", "data",
       "c: items.mine.kind: \"data\" is not one of 'model', 'vocabulary', 'dataset'"},
      {"/items/mine/title", nullptr, "c: items.mine: 'title' is missing"},
      {"/items/mine/home", 5, "c: items.mine.home: 5 is not a string"},
      {"/items/mine/by_hand", "x", "c: items.mine: one of 'files' and 'by_hand' is needed"},
      {"/items/theirs/holds", nullptr, "c: items.theirs: 'holds' is missing"},
      {"/items/theirs/needs", "mine", "c: items.theirs.needs: is no array"},
      {"/items/theirs/needs", {1}, "c: items.theirs.needs[0]: 1 is not a string"},
      {"/items/theirs/needs", {"mime"}, "c: items.theirs.needs[0]: 'mime' is not in the catalogue"},
      {"/items/theirs/holds/0", "../x",
       "c: items.theirs.holds[0]: '../x' is not a place under a folder (no '/' in front, no '..')"},
      {"/items/mine/files/0/url", "http://example.org/x",
       "c: items.mine.files[0].url: 'http://example.org/x' is not an https address"},
      {"/items/mine/files/0/url", "file:///etc/passwd",
       "c: items.mine.files[0].url: 'file:///etc/passwd' is not an https address"},
      {"/items/mine/files/0/url", "https://example.org/",
       "c: items.mine.files[0].url: '' is not a file's name (give one as 'save_as')"},
      {"/items/mine/files/0/save_as", "../x",
       "c: items.mine.files[0].save_as: '../x' is not a file's name (give one as 'save_as')"},
      {"/items/mine/files/0/bytes", -1,
       "c: items.mine.files[0].bytes: -1 is too small (at least 0)"},
      {"/items/mine/files/0/md5", "d41d8",
       "c: items.mine.files[0].md5: 'md5:d41d8': md5 is 32 hex digits"},
      {"/items/mine/files/0/to", "x", "c: items.mine.files[0]: one of 'to' and 'unpack' is needed"},
      {"/items/mine/files/0/unpack/move", json::object(),
       "c: items.mine.files[0].unpack.move: is empty (what of the archive goes where is needed)"},
      {"/items/mine/files/0/unpack/move/x", "/etc/x",
       "c: items.mine.files[0].unpack.move.x: '/etc/x' is not a place under a folder (no '/' in "
       "front, "
       "no '..')"},
      {"/items/mine/files/0/unpack/move/x", "downloads/x",
       "c: items.mine.files[0].unpack.move.x: 'downloads/x' lies where downloads are kept (choose "
       "another folder)"},
      {"/items/mine/files/1", sample()["items"]["mine"]["files"][0],
       "c: items.mine: a second file is saved as 'b.tar.gz' (give one a 'save_as')"},
  }));
  CHECK(complaint(it.pointer, it.value) == it.complaint);
}

TEST_CASE("Only a catalogue of the user's own may name http addresses") {
  CHECK(complaint("/items/mine/files/0/url", "http://example.org/x", true) == "");
  const TemporaryFolder folder;
  write(folder / "c.json", "{\"schema_version\": 1,}");
  CHECK_THROWS_AS(Catalogue::read(folder / "c.json"), ConfigError);
}

TEST_CASE("Paths that stay under a folder") {
  for (const auto* path : {"a", "a/b.c", "a..b", "...", "x y/it's"}) CHECK(is_safe_relative(path));
  for (const auto* path :
       {"", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/../b", "a\\b", "a\nb"})
    CHECK_FALSE(is_safe_relative(path));
}

TEST_CASE("An item is there where one data folder holds all of it, under any of its names") {
  const TemporaryFolder one, two;
  const DataRoots roots{{one.path(), two.path()}};
  const auto catalogue = catalogue_from("c", sample(), false);
  const auto& item = catalogue.at("theirs");
  CHECK(places_of(item, roots).empty());
  write(one / "theirs/a", "");
  write(two / "b", "");
  CHECK(places_of(item, roots).empty());
  write(two / "theirs/a", "");
  CHECK(places_of(item, roots) == std::vector<std::filesystem::path>{two / "theirs/a", two / "b"});
}

TEST_CASE("How to get an item is one line") {
  const auto catalogue = catalogue_from("c", sample(), false);
  CHECK(how_to_get(catalogue.at("mine"), {}) == "lacuna fetch mine --data DIR (7 bytes)");
  CHECK(how_to_get(catalogue.at("mine"), {{"/data"}}) ==
        "lacuna fetch mine --data /data (7 bytes)");
  CHECK(how_to_get(catalogue.at("theirs"), {}) == "ask them");
}

TEST_CASE("Checksums are read with their algorithm") {
  CHECK(to_string(checksum_from("md5:D41D8CD98F00B204E9800998ECF8427E")) ==
        "md5:d41d8cd98f00b204e9800998ecf8427e");
  CHECK_THROWS_WITH(checksum_from("abc"),
                    "'abc': is not a checksum (write sha256:<64 hex digits> or md5:<32>)");
  CHECK_THROWS_WITH(checksum_from("sha1:abc"), ContainsSubstring("is not a checksum"));
  CHECK_THROWS_WITH(checksum_from("sha256:abc"), "'sha256:abc': sha256 is 64 hex digits");
  CHECK_THROWS_WITH(checksum_from("md5:gggggggggggggggggggggggggggggggg"),
                    ContainsSubstring("32 hex digits"));
  const TemporaryFolder folder;
  write(folder / "abc", "abc");  // RFC 1321, FIPS 180
  const auto found = checksums_of(folder / "abc", {"md5", "sha256"});
  CHECK(to_string(found[0]) == "md5:900150983cd24fb0d6963f7d28e17f72");
  CHECK(to_string(found[1]) ==
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK_THROWS_WITH(checksums_of(folder / "none", {"md5"}), ContainsSubstring("cannot be read"));
  CHECK_THROWS_WITH(checksums_of("/dev/zero", {"md5"}), "/dev/zero: is a device (expected a file)");
}

TEST_CASE("Sizes and progress in words") {
  CHECK(bytes_text(0) == "0 bytes");
  CHECK(bytes_text(999) == "999 bytes");
  CHECK(bytes_text(1'400) == "1.4 kB");
  CHECK(bytes_text(932'768'134) == "933 MB");
  CHECK(bytes_text(999'999'999) == "1.0 GB");
  CHECK(bytes_text(4'996'278'331) == "5.0 GB");
  CHECK(progress_text("x", 345'000'000, 932'768'134, 12e6) ==
        "x: 36 %, 345 MB of 933 MB, 12 MB/s, 49 s to go");
  CHECK(progress_text("x", 0, 60'000'000'000, 10e6) ==
        "x: 0 %, 0 bytes of 60 GB, 10 MB/s, 1.7 h to go");
  CHECK(progress_text("x", 0, 6'000'000'000, 10e6) ==
        "x: 0 %, 0 bytes of 6.0 GB, 10 MB/s, 10 min to go");
  CHECK(progress_text("x", 500, 0, {}) == "x: 500 bytes");
}
