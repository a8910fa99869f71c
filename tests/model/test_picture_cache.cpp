// The cache of resized pictures: shared, damaged, full, read-only, absent.
#include <ATen/ATen.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "fixtures.hpp"
#include "lacuna/random.hpp"
#include "model/pictures/picture_cache.hpp"

using namespace lacuna;
using lacuna::testing::read_bytes;
using lacuna::testing::TemporaryFolder;
using lacuna::testing::write_bytes;

namespace {

constexpr PictureTransform kTransform{.size = 8};

at::Tensor picture(std::uint64_t seed) {
  return at::randint(256, {3, 8, 8}, make_generator(seed, "picture"), at::kByte);
}

struct Counting {
  PictureCache cache;
  std::vector<std::string> said;
  int made = 0;

  explicit Counting(const std::filesystem::path& folder, std::uintmax_t reserve = 0)
      : cache(
            folder, [this](const std::string& message) { said.push_back(message); }, reserve) {}
  at::Tensor get(const std::string& file, std::uint64_t seed,
                 const PictureTransform& transform = kTransform) {
    return cache.get(file, transform, [&] {
      ++made;
      return picture(seed);
    });
  }
};

std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& at : std::filesystem::recursive_directory_iterator(folder))
    if (at.is_regular_file()) files.push_back(at.path());
  return files;
}

// An environment variable for one scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    value != nullptr ? setenv(name, value, 1) : unsetenv(name);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("cache: a picture is made once for equal bytes and an equal transform") {
  const TemporaryFolder folder;
  Counting first(folder.path());
  CHECK(at::equal(first.get("bytes", 1), picture(1)));
  CHECK(at::equal(first.get("bytes", 2), picture(1)));
  CHECK(at::equal(first.get("other bytes", 2), picture(2)));
  CHECK(at::equal(first.get("bytes", 3, {8, PassOrder::vertical_first}), picture(3)));
  CHECK(first.made == 3);
  Counting later(folder.path());
  CHECK(at::equal(later.get("bytes", 9), picture(1)));
  CHECK(later.made == 0);
  CHECK(first.said.empty());
  const auto size = PictureCache::size(folder.path());
  CHECK(size.pictures == 3);
  CHECK(size.bytes == 3 * (16 + 64 + 3 * 8 * 8));
  CHECK(PictureCache::size(folder / "nowhere").pictures == 0);
}

TEST_CASE("cache: a damaged file is never believed, made anew, and said once") {
  const TemporaryFolder folder;
  Counting(folder.path()).get("bytes", 1);
  const auto entry = entries(folder.path()).at(0);
  const auto good = read_bytes(entry);
  const auto flipped = [&](std::size_t at) {
    auto bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    return bytes;
  };
  const std::vector<std::string> bad{"",
                                     good.substr(0, 50),
                                     good.substr(0, good.size() - 1),
                                     good + "x",
                                     flipped(0),
                                     flipped(20),
                                     flipped(90),
                                     flipped(good.size() - 1),
                                     std::string(good.size(), '\0')};
  for (const auto& bytes : bad) {
    write_bytes(entry, bytes);
    Counting cache(folder.path());
    CHECK(at::equal(cache.get("bytes", 1), picture(1)));
    CHECK(cache.made == 1);
    CHECK(cache.said ==
          std::vector{
              "cache: " + entry.string() +
              ": is damaged, so the picture is made anew (as any other that may be damaged)"});
    CHECK(read_bytes(entry) == good);
    write_bytes(entry, bytes);
    cache.get("bytes", 1);
    CHECK(cache.said.size() == 1);
  }
}

TEST_CASE("cache: a good file under another picture's name is damage") {
  const TemporaryFolder folder;
  Counting(folder.path()).get("bytes", 1);
  const auto first = entries(folder.path()).at(0);
  Counting cache(folder.path());
  cache.get("other", 2);
  for (const auto& file : entries(folder.path()))
    if (file != first)
      std::filesystem::copy_file(first, file, std::filesystem::copy_options::overwrite_existing);
  CHECK(at::equal(cache.get("other", 2), picture(2)));
  CHECK(cache.said.size() == 1);
}

TEST_CASE("cache: many writers of the same pictures leave whole files and nothing else") {
  const TemporaryFolder folder;
  const auto work = [&](int first) {
    bool right = true;
    PictureCache cache(folder.path(), {}, 0);
    for (int i = 0; i < 40; ++i) {
      const auto seed = static_cast<std::uint64_t>((first + i) % 40);
      const auto got = cache.get(std::to_string(seed), kTransform, [&] { return picture(seed); });
      right = right && at::equal(got, picture(seed));
    }
    return right;
  };
  std::vector<int> right(8);
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i)
      writers.emplace_back([&, i] { right[static_cast<std::size_t>(i)] = work(5 * i); });
  }
  CHECK(right == std::vector<int>(8, 1));
  CHECK(entries(folder.path()).size() == 40);
  CHECK(PictureCache::size(folder.path()).pictures == 40);
}

TEST_CASE(
    "cache: a full disk or a limit stops the writing, said once, and the pictures are right") {
  const TemporaryFolder folder;
  Counting cache(folder.path());
  cache.get("kept before", 1);
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit little{100, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &little);
  const auto second = cache.get("second", 2), third = cache.get("third", 3);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  CHECK(at::equal(second, picture(2)));
  CHECK(at::equal(third, picture(3)));
  REQUIRE(cache.said.size() == 1);
  CHECK(cache.said[0].ends_with(
      ": cannot be written: File too large (pictures are not kept from here on; LACUNA_CACHE names "
      "another folder, or is off)"));
  CHECK(at::equal(cache.get("kept before", 9), picture(1)));
  CHECK(entries(folder.path()).size() == 1);  // no half-written file is left
}

TEST_CASE("cache: a disk that is nearly full is left alone") {
  const TemporaryFolder folder;
  Counting cache(folder.path(), std::uintmax_t{1} << 62);
  CHECK(at::equal(cache.get("bytes", 1), picture(1)));
  CHECK(at::equal(cache.get("bytes", 1), picture(1)));
  CHECK(cache.made == 2);
  REQUIRE(cache.said.size() == 1);
  CHECK(cache.said[0].find(
            ": less than 4294967296.0 GiB are left on its disk (pictures are not kept") !=
        std::string::npos);
  CHECK(entries(folder.path()).empty());
}

TEST_CASE("cache: where nothing can be written, what is there is read and the rest is made") {
  const TemporaryFolder folder;
  Counting(folder / "a").get("bytes", 1);
  write_bytes(folder / "file", "in the way");
  Counting cache(folder / "file");
  CHECK(at::equal(cache.get("bytes", 2), picture(2)));
  REQUIRE_FALSE(cache.said.empty());
  CHECK(cache.said.back().find("cannot be written: Not a directory") != std::string::npos);
  if (geteuid() == 0) return;  // root writes anywhere
  for (const auto& at : std::filesystem::recursive_directory_iterator(folder / "a"))
    if (at.is_directory()) chmod(at.path().c_str(), 0555);
  Counting read_only(folder / "a");
  CHECK(at::equal(read_only.get("bytes", 9), picture(1)));
  CHECK(at::equal(read_only.get("other", 2), picture(2)));
  CHECK(read_only.said.size() == 1);
  for (const auto& at : std::filesystem::recursive_directory_iterator(folder / "a"))
    if (at.is_directory()) chmod(at.path().c_str(), 0755);
}

TEST_CASE("cache: what make throws passes through, and nothing is kept") {
  const TemporaryFolder folder;
  PictureCache cache(folder.path(), {}, 0);
  CHECK_THROWS_AS(cache.get("x", kTransform, []() -> at::Tensor { throw Error("x: no"); }), Error);
  CHECK(PictureCache::size(folder.path()).pictures == 0);
}

TEST_CASE("cache: the folder is LACUNA_CACHE, else XDG's, else the home's; off is nowhere") {
  const Variable home("HOME", "/home/me"), xdg("XDG_CACHE_HOME", nullptr);
  {
    const Variable chosen("LACUNA_CACHE", "off");
    CHECK_FALSE(cache_folder());
  }
  {
    const Variable chosen("LACUNA_CACHE", "/data/cache");
    CHECK(cache_folder() == "/data/cache");
  }
  const Variable none("LACUNA_CACHE", "");
  CHECK(cache_folder() == "/home/me/.cache/lacuna");
  const Variable set("XDG_CACHE_HOME", "/var/cache");
  CHECK(cache_folder() == "/var/cache/lacuna");
  const Variable empty("XDG_CACHE_HOME", ""), homeless("HOME", nullptr);
  CHECK_FALSE(cache_folder());
}
