#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/results/store.hpp"
#include "run/status.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

TEST_CASE("A lock is held by one at a time, and let go at the end") {
  const TemporaryFolder folder;
  const auto path = folder / "lock";
  CHECK_FALSE(FileLock::is_held(path));
  auto first = FileLock::acquire(path);
  REQUIRE(first);
  CHECK(FileLock::is_held(path));
  CHECK_FALSE(FileLock::acquire(path));
  auto moved = std::move(first);
  first.reset();
  CHECK_FALSE(FileLock::acquire(path));
  moved.reset();
  CHECK_FALSE(FileLock::is_held(path));
  CHECK(FileLock::acquire(path));
}

TEST_CASE("Children do not inherit a lock") {
  const TemporaryFolder folder;
  auto lock = FileLock::acquire(folder / "lock");
  Process child({.program = "/bin/sh", .arguments = {"sh", "-c", "sleep 100"}});
  lock.reset();
  CHECK(FileLock::acquire(folder / "lock"));
}

TEST_CASE("A lock that cannot be made says why") {
  CHECK_THROWS_WITH(FileLock::acquire("/no/such/folder/lock"),
                    "/no/such/folder/lock: cannot be locked: No such file or directory");
}

TEST_CASE("A results folder that cannot be made is the user's mistake") {
  const TemporaryFolder folder;
  std::ofstream(folder / "file") << "x";
  CHECK_THROWS_MATCHES(
      Store(folder / "file").create(), ConfigError,
      Catch::Matchers::Message((folder / "file").string() + ": is a file (results need a folder)"));
  CHECK_THROWS_AS(Store(folder / "file" / "in").create(), ConfigError);
}

TEST_CASE("What was left half-written is removed when it is old, whoever has written it") {
  const TemporaryFolder folder;
  const Store store(folder.path());
  store.create();
  const auto cells = folder / "predict";
  const auto add = [&](const std::filesystem::path& path, std::chrono::hours age) {
    if (path.extension() == ".tmp" || path.extension() == ".json") {
      std::ofstream(path) << "{";
    } else {
      std::filesystem::create_directories(path);
    }
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
  };
  using std::chrono::hours;
  // No process 999999999 lives here; it may well live on the machine that shares the disk.
  add(cells / ".abc.json.node7-999999999-0123456789abcdef.tmp", hours(1));
  add(cells / ".abc.json.node7-999999999-fedcba9876543210.tmp", hours(25));
  add(cells / "abc.json", hours(25));
  add(store.work("plan-node7-999999999-0123456789abcdef"), hours(1));
  add(store.work("plan-node7-1-fedcba9876543210"), hours(25));
  store.create();
  CHECK(std::filesystem::exists(cells / ".abc.json.node7-999999999-0123456789abcdef.tmp"));
  CHECK_FALSE(std::filesystem::exists(cells / ".abc.json.node7-999999999-fedcba9876543210.tmp"));
  CHECK(std::filesystem::exists(cells / "abc.json"));
  CHECK(std::filesystem::exists(store.work("plan-node7-999999999-0123456789abcdef")));
  CHECK_FALSE(std::filesystem::exists(store.work("plan-node7-1-fedcba9876543210")));
}

TEST_CASE("Work that was killed is removed, that of others is not") {
  const TemporaryFolder folder;
  const Store store(folder.path());
  store.create();
  std::filesystem::create_directories(store.work("0123456789abcdef0123"));
  std::filesystem::create_directories(store.work("0123456789abcdef4567"));
  const auto used = FileLock::acquire(store.lock("0123456789abcdef4567"));
  store.create();
  CHECK_FALSE(std::filesystem::exists(store.work("0123456789abcdef0123")));
  CHECK(std::filesystem::exists(store.work("0123456789abcdef4567")));
}

TEST_CASE("The status of a folder without a plan is the user's mistake") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(
      folder_status(folder.path()),
      folder.path().string() + ": holds no plan (give a folder that `lacuna run --out` made)");
}
