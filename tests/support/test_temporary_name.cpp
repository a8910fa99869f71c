#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <set>

#include "../folders.hpp"
#include "support/temporary_name.hpp"

namespace fs = std::filesystem;

TEST_CASE("temporary names: no two are alike, and they tell whose they are") {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(lacuna::unique_name());
  CHECK(names.size() == 100);
  const auto name = *names.begin();
  CHECK(name.find("-" + std::to_string(getpid()) + "-") != std::string::npos);
  CHECK(name.find('/') == std::string::npos);
  CHECK(name.size() < 80);
}

TEST_CASE("temporary names: they stand beside the file and fit into a name") {
  const auto path = lacuna::temporary_beside("/a/b/cell.json");
  CHECK(path.parent_path() == "/a/b");
  CHECK(path.filename().string().starts_with(".cell.json."));
  CHECK(path.extension() == ".tmp");
  CHECK(lacuna::temporary_beside("/a/" + std::string(250, 'x')).filename().string().size() < 255);
}

TEST_CASE("temporary names: what stands for one is abandoned after a day") {
  const lacuna::testing::TemporaryFolder folder;
  const auto path = folder / ".x.tmp";
  CHECK_FALSE(lacuna::is_abandoned(path));
  std::ofstream(path) << "x";
  CHECK_FALSE(lacuna::is_abandoned(path));
  fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(25));
  CHECK(lacuna::is_abandoned(path));
}
