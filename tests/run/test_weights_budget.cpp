#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <fstream>
#include <limits>
#include <set>

#include "helpers.hpp"
#include "run/jobs/run_options.hpp"
#include "run/results/weights_budget.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

using Keys = std::set<std::string>;

// Weights of ten bytes each, the first used longest ago.
struct Folder {
  TemporaryFolder folder;
  Store store{folder.path()};
  explicit Folder(const std::vector<std::string>& keys) {
    store.create();
    auto time = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    for (const auto& key : keys) {
      std::ofstream(store.weights(key)) << "0123456789";
      std::filesystem::last_write_time(store.weights(key), time += std::chrono::minutes(1));
    }
  }
  Keys kept() const {
    Keys out;
    for (const auto& file : std::filesystem::directory_iterator(store.folder() / "weights"))
      out.insert(file.path().stem().string());
    return out;
  }
  void drop(std::uintmax_t budget, const Keys& needed = {}) const {
    drop_weights(store, budget, [&](const std::string& key) { return needed.contains(key); });
  }
};

}  // namespace

TEST_CASE("A budget is none, all, or a size") {
  CHECK(weights_budget("none") == 0);
  CHECK(weights_budget("all") == std::numeric_limits<std::uintmax_t>::max());
  CHECK(weights_budget("4GB") == RunOptions::default_weights_budget);
  CHECK(weights_budget("1.5 MB") == 1'500'000);
  CHECK(weights_budget("300") == 300);
  for (const auto* text : {"", "GB", "-1", "4 gigs", "1.2.3MB", "9e99", "lots"}) {
    INFO(text);
    CHECK_THROWS_MATCHES(
        weights_budget(text), ConfigError,
        Catch::Matchers::Message(std::string("'") + text +
                                 "': no size (none, all, or one such as 500MB or 4GB)"));
  }
}

TEST_CASE("The least recently used weights go first, and none that are needed") {
  SECTION("as many as it takes") {
    const Folder folder({"a", "b", "c"});
    folder.drop(30);
    CHECK(folder.kept() == Keys{"a", "b", "c"});
    folder.drop(29);
    CHECK(folder.kept() == Keys{"b", "c"});
    folder.drop(0);
    CHECK(folder.kept().empty());
  }
  SECTION("in the order of use, not of making") {
    const Folder folder({"a", "b", "c"});
    touch_weights(folder.store, "a");
    folder.drop(10);
    CHECK(folder.kept() == Keys{"a"});
  }
  SECTION("what is needed stays, whatever the budget") {
    const Folder folder({"a", "b", "c"});
    folder.drop(0, {"b"});
    CHECK(folder.kept() == Keys{"b"});
  }
  SECTION("so does what somebody works with") {
    const Folder folder({"a", "b"});
    const auto lock = FileLock::acquire(folder.store.lock("a"));
    folder.drop(0);
    CHECK(folder.kept() == Keys{"a"});
  }
}
