#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>

#include "../folders.hpp"
#include "lacuna/lacuna.hpp"
#include "plugin/registry.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Message;
using lacuna::ConfigError;
using lacuna::Kind;
using lacuna::PluginError;
using lacuna::Registry;

namespace {

fs::path fixture(const std::string& name) { return fs::path(LACUNA_FIXTURES) / (name + ".so"); }

// A folder of copies, gone at the end. The files that were opened stay mapped.
class Folder : public lacuna::testing::TemporaryFolder {
 public:
  fs::path with(const std::string& name, const std::string& bytes) const {
    lacuna::write_file_atomically(*this / name, bytes);
    return *this / name;
  }
};

void refuses(const fs::path& library, const std::string& reason) {
  Registry registry;
  CHECK_THROWS_MATCHES(registry.load(library), PluginError,
                       Message(library.string() + ": " + reason));
  CHECK(registry.entries().empty());
}

}  // namespace

TEST_CASE("registry: a good file brings all its plugins") {
  Registry registry;
  registry.load(fixture("good"));
  CHECK(registry.entries().size() == 4);

  const auto& plugin = registry.find(Kind::method, "good");
  CHECK(plugin.library == fixture("good"));
  CHECK(plugin.entry->info.version == "1.2.3");
  CHECK(plugin.entry->info.license == "Apache-2.0");
  CHECK(plugin.entry->make_objective(nlohmann::json::object()));
  CHECK(plugin.entry->resolve({{"steps", 5}}) ==
        nlohmann::json{{"weight", 0.5}, {"steps", 5}, {"reduction", "sample"}});
  CHECK(registry.find(Kind::method, "good_method").entry->make_method({}));
  CHECK(registry.find(Kind::dataset, "good").entry->make_dataset({}, {})->taxonomy().fine.size() ==
        2);
  const auto values =
      registry.find(Kind::metric, "good_metric").entry->make_metric({})->compute({});
  CHECK(values.at(0).value == 0.0);
  CHECK(lacuna::binary_hash(plugin) == lacuna::sha256_file(fixture("good")));
}

TEST_CASE("registry: what is not a plugin is refused with its reason") {
  refuses(fixture("absent"), "cannot be read: No such file or directory");
  refuses(LACUNA_FIXTURES, "is a folder (expected a file)");
  refuses(fixture("no_build_id"), "not a lacuna plugin: it holds no build id");
  refuses(fixture("no_symbol"), "has no lacuna_plugin_entry (its last line is LACUNA_PLUGIN)");
  refuses(fixture("throws_at_entry"), "no offers today");
  refuses(fixture("no_summary"), "'no_summary' has no summary of one line");
  refuses(fixture("bad_id"), "the id 'Bad-Id' is badly formed (expected [a-z][a-z0-9_]*)");

  const Folder folder;
  const std::string text = "#!/bin/sh\n# " LACUNA_BUILD_ID "\n";
  refuses(folder.with("text.so", text), "not a lacuna plugin: not an ELF file");
  refuses(folder.with("empty.so", ""), "not a lacuna plugin: not an ELF file");
}

TEST_CASE("registry: another build is refused before any of its code runs, naming both sides") {
  unsetenv("LACUNA_FIXTURE_RAN");
  refuses(fixture("wrong_build"),
          "built for a different lacuna, rebuild it (plugin: 'lacuna-build abi=0 gcc=4'; "
          "host: '" LACUNA_BUILD_ID "')");
  CHECK(std::getenv("LACUNA_FIXTURE_RAN") == nullptr);
}

TEST_CASE("registry: a file that does not link is refused in the loader's words") {
  refuses(fixture("unresolved"), "cannot be loaded: " + fixture("unresolved").string() +
                                     ": undefined symbol: lacuna_fixture_that_nobody_has");
  Registry registry;
  CHECK_THROWS_MATCHES(registry.load(LACUNA_PROGRAM), PluginError,
                       Catch::Matchers::MessageMatches(ContainsSubstring("cannot be loaded: ") &&
                                                       ContainsSubstring("executable")));
}

TEST_CASE("registry: a file cut short anywhere is refused, never a crash") {
  const auto whole = lacuna::read_file(fixture("good"));
  const Folder folder;
  const auto length =
      GENERATE_COPY(std::size_t{5}, std::size_t{63}, std::size_t{64}, std::size_t{4096},
                    whole.size() / 2, whole.size() * 9 / 10, whole.size() - 1);
  refuses(folder.with("cut.so", whole.substr(0, length)), "not a lacuna plugin: cut short");
}

TEST_CASE("registry: an id can be taken once in its kind") {
  Registry registry;
  registry.load(fixture("good"));
  const auto taken = ": the method 'good' is already loaded from " + fixture("good").string();
  CHECK_THROWS_MATCHES(registry.load(fixture("duplicate_id")), PluginError,
                       Message(fixture("duplicate_id").string() + taken));
  CHECK_THROWS_AS(registry.load(fixture("good")), PluginError);
  CHECK(registry.entries().size() == 4);
  CHECK(registry.find(Kind::method, "good").library == fixture("good"));
}

TEST_CASE("registry: a file is registered whole or not at all") {
  refuses(fixture("second_is_bad"), "the id '2nd' is badly formed (expected [a-z][a-z0-9_]*)");
}

TEST_CASE("registry: a folder is loaded in name order, what is refused is remembered") {
  Registry registry;
  registry.load_folder(LACUNA_FIXTURES);
  CHECK(registry.entries().contains({Kind::method, "throws_std"}));
  // duplicate_id comes before good, and neither has the id.
  CHECK_THROWS_MATCHES(
      registry.find(Kind::method, "good"), ConfigError,
      Message("'good': two files bring this method: " + fixture("duplicate_id").string() + " and " +
              fixture("good").string() +
              " (give one an id of its own, or name the file that is meant: --plugins " +
              fixture("duplicate_id").string() + ")"));
  CHECK_FALSE(registry.entries().contains({Kind::dataset, "good"}));
  std::vector<std::string> refused;
  for (const auto& [library, reason] : registry.refused()) {
    refused.push_back(library.stem().string());
    CHECK(reason.starts_with(library.string() + ": "));
    CHECK(reason.find('\n') == std::string::npos);
  }
  CHECK(refused == std::vector<std::string>{"bad_id", "good", "no_build_id", "no_summary",
                                            "no_symbol", "second_is_bad", "throws_at_entry",
                                            "unresolved", "wrong_build"});
  CHECK_THROWS_MATCHES(
      registry.load_folder("/no/such"), ConfigError,
      Message("/no/such: no such folder (--plugins names a folder of *.so files)"));
}

TEST_CASE("registry: a file named by its path stands in for what folders bring of its ids") {
  const Folder mine, others;
  fs::copy(fixture("duplicate_id"), mine / "mine.so");
  fs::copy(fixture("good"), others / "good.so");
  for (const auto& order : {std::vector{others.path(), mine / "mine.so"},
                            std::vector{mine / "mine.so", mine.path(), others.path()}}) {
    Registry registry;
    registry.load_all(order);
    const auto& chosen = registry.find(Kind::method, "good");
    CHECK(chosen.library == mine / "mine.so");
    CHECK(chosen.replaced == others / "good.so");
    // The rest of the other file is there.
    CHECK(registry.find(Kind::dataset, "good").library == others / "good.so");
    CHECK(registry.find(Kind::dataset, "good").replaced.empty());
    CHECK(registry.refused().empty());
  }
  Registry registry;
  CHECK_THROWS_AS(registry.load_all({mine / "mine.so", others / "good.so"}), PluginError);
}

TEST_CASE("registry: the same file in two folders is one plugin") {
  const Folder one, two;
  fs::copy(fixture("good"), one / "good.so");
  fs::copy(fixture("good"), two / "good.so");
  Registry registry;
  registry.load_all({one.path(), two.path()});
  CHECK(registry.find(Kind::method, "good").library == one / "good.so");
  CHECK(registry.find(Kind::method, "good").replaced.empty());
}

TEST_CASE("registry: an unknown id gets the known ones, the nearest, and the refused files") {
  Registry registry;
  CHECK_THROWS_MATCHES(registry.find(Kind::metric, "x"), ConfigError,
                       Message("'x': no such metric plugin (known: none)"));
  registry.load(fixture("good"));
  CHECK_THROWS_MATCHES(registry.find(Kind::method, "zzz"), ConfigError,
                       Message("'zzz': no such method plugin (known: good, good_method)"));
  CHECK_THROWS_MATCHES(
      registry.find(Kind::method, "goood"), ConfigError,
      Message("'goood': no such method plugin (known: good, good_method; did you mean 'good')"));

  const Folder folder;
  folder.with("mine.so", "text");
  registry.load_folder(folder.path());
  CHECK_THROWS_MATCHES(registry.find(Kind::dataset, "mine"), ConfigError,
                       Message("'mine': no such dataset plugin (known: good; refused: mine.so, see "
                               "lacuna doctor)"));
}

TEST_CASE("registry: plugin folders in their order, without duplicates") {
  const Folder given, other;
  std::string list = ":";
  list.append(other.path()).append("::/no/such:").append(given.path());
  setenv("LACUNA_PLUGINS", list.c_str(), 1);
  auto folders = lacuna::plugin_folders({given.path(), "/no/such", given.path() / "."});
  unsetenv("LACUNA_PLUGINS");
  REQUIRE(folders.size() >= 3);
  CHECK(folders[0] == given.path());
  CHECK(folders[1] == "/no/such");
  CHECK(folders[2] == other.path());
  for (const auto& own : std::vector(folders.begin() + 3, folders.end())) {
    CHECK(own.filename() == "plugins");
    CHECK(fs::is_directory(own));
  }
  CHECK_THROWS_MATCHES(
      lacuna::load_plugins({"/no/such"}), ConfigError,
      Message("/no/such: no such folder (--plugins names a folder of *.so files)"));
}
