// The command line's words and exit codes, from the built program.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>

#include "../folders.hpp"
#include "../program.hpp"
#include "lacuna/abi.hpp"

using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

// A folder with good.so alone, and the program looking nowhere else but beside itself.
class Plugins {
 public:
  explicit Plugins(const std::vector<std::string>& names) {
    for (const auto& file : names)
      std::filesystem::copy(std::filesystem::path(LACUNA_FIXTURES) / file, folder_.path());
  }
  std::string option() const { return " --plugins " + folder_.path().string(); }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

 private:
  lacuna::testing::TemporaryFolder folder_;
};

void fails(const std::string& arguments, int code, const std::string& message) {
  const auto finished = run_lacuna(arguments);
  CAPTURE(arguments);
  CHECK(finished.code == code);
  CHECK(finished.err == "error: " + message + "\n");
  CHECK(finished.out.empty());
}

}  // namespace

TEST_CASE("command line: --version says version and build id") {
  const auto finished = run_lacuna("--version");
  CHECK(finished.code == 0);
  CHECK(finished.out == "lacuna " LACUNA_VERSION "\n" LACUNA_BUILD_ID "\n");
}

TEST_CASE("command line: --help lists the subcommands") {
  const auto finished = run_lacuna("--help");
  CHECK(finished.code == 0);
  for (const auto* name : {"list", "describe", "doctor"})
    CHECK_THAT(finished.out, ContainsSubstring(name));
  CHECK(finished.out.find("worker") == std::string::npos);
  CHECK(run_lacuna("list --help").code == 0);
}

TEST_CASE("command line: the user's mistakes are one line and exit code 2") {
  fails("", 2, "A subcommand is required (see --help)");
  fails("lsit", 2, "lsit: no such subcommand (did you mean 'list')");
  fails("--plugins /tmp lsit", 2, "lsit: no such subcommand (did you mean 'list')");
  fails("describe", 2, "PLUGIN is required (see --help)");
  fails("list --jsn", 2, "The following argument was not expected: --jsn (see --help)");
  fails("list --plugins /no/such", 2,
        "/no/such: no such folder (--plugins names a folder of *.so files)");
  fails("--plugins /no/such list", 2,
        "/no/such: no such folder (--plugins names a folder of *.so files)");
  fails("doctor --data /no/such", 2, "/no/such: no such folder (--data names a folder)");
  fails("list --json --citations", 2, "--json excludes --citations (see --help)");
}

TEST_CASE("command line: list shows plugins, and refused files on stderr without failing") {
  const Plugins plugins({"good.so", "wrong_build.so"});
  const auto finished = run_lacuna("list" + plugins.option());
  CHECK(finished.code == 0);
  CHECK_THAT(finished.out, ContainsSubstring("A plugin as it should be\n"));
  CHECK(finished.out.find("wrong_build") == std::string::npos);
  CHECK(finished.err.starts_with("refused: " + plugins.file("wrong_build.so") +
                                 ": built for a different lacuna, rebuild it ("));

  const auto listed = json::parse(run_lacuna("list --json" + plugins.option()).out);
  CHECK(listed["refused"].size() == 1);
  CHECK(listed["refused"][0]["library"] == plugins.file("wrong_build.so"));
  const json expected{{"kind", "method"},
                      {"id", "good"},
                      {"version", "1.2.3"},
                      {"summary", "A plugin as it should be"},
                      {"citation", "A. Author, A Title, 2026"},
                      {"authors", "B. Builder"},
                      {"address", "https://example.org/good"},
                      {"license", "Apache-2.0"},
                      {"needs", {"keep"}},
                      {"offers", json::array()},
                      {"reads", json::array()},
                      {"columns", json::array()},
                      {"library", plugins.file("good.so")}};
  CHECK(std::count(listed["plugins"].begin(), listed["plugins"].end(), expected) == 1);

  CHECK_THAT(finished.out, ContainsSubstring("\ndoor     external "));
  CHECK_THAT(finished.out, ContainsSubstring("Unlearned weights made elsewhere\n"));
  REQUIRE(listed["doors"].size() == 2);
  CHECK(listed["doors"][1]["id"] == "weights");

  const auto citations = run_lacuna("list --citations" + plugins.option());
  CHECK_THAT(citations.out, ContainsSubstring("method good: A. Author, A Title, 2026\n"));
}

TEST_CASE("command line: LACUNA_PLUGINS is a list of folders") {
  const Plugins a({"good.so"}), b({"throws_std.so"});
  const auto finished =
      run_shell("LACUNA_PLUGINS=" + a.file("") + ":/no/such:" + b.file("") + " \"$LACUNA\" list");
  CHECK(finished.code == 0);
  CHECK(finished.err.empty());
  CHECK_THAT(finished.out, ContainsSubstring("good_method") && ContainsSubstring("throws_std"));
}

TEST_CASE("command line: describe shows parameters, what is read, who made it and citation") {
  const Plugins plugins({"good.so"});
  const auto finished = run_lacuna("describe method:good" + plugins.option());
  CHECK(finished.code == 0);
  CHECK(finished.out ==
        "method good 1.2.3\n"
        "A plugin as it should be\n"
        "\n"
        "Parameters:\n"
        "  weight     how much (default 0.5; from 0 to 1)\n"
        "  steps      how long (default 3; at least 1)\n"
        "  reduction  where (default \"sample\"; one of sample, batch)\n"
        "\n"
        "Needs: keep\n"
        "\n"
        "Citation: A. Author, A Title, 2026\n"
        "\n"
        "Authors: B. Builder\n"
        "Address: https://example.org/good\n"
        "Licence: Apache-2.0\n"
        "Library: " +
            plugins.file("good.so") + "\n");
  const auto described =
      json::parse(run_lacuna("describe good_metric --json" + plugins.option()).out);
  CHECK(described["kind"] == "metric");
  CHECK(described["parameters"].empty());
  CHECK(described["sha256"].get<std::string>().size() == 64);
  CHECK(described["reads"] == json{"in_domain", "out_of_domain"});
  CHECK(described["columns"] == json{"fine/predicted", "fine/nll"});
  CHECK(run_lacuna("describe good_metric" + plugins.option()).out ==
        "metric good_metric 1.0.0\n"
        "Counts evaluations\n"
        "\n"
        "No parameters.\n"
        "\n"
        "Reads: in_domain, out_of_domain\n"
        "\n"
        "Columns: fine/predicted, fine/nll\n"
        "\n"
        "Licence: Apache-2.0\n"
        "Library: " +
            plugins.file("good.so") + "\n");
}

TEST_CASE("command line: describe shows a door's parameters") {
  const auto finished = run_lacuna("describe weights");
  CHECK(finished.out ==
        "door weights 1.0.0\n"
        "Unlearned weights made elsewhere\n"
        "\n"
        "Parameters:\n"
        "  file     a file of weights, or a model of any format, relative to the suite; its "
        "contents are in the key (default \"\")\n"
        "  made_by  how it was made, for readers of the board (default \"\")\n");
  CHECK(run_lacuna("describe door:weights").out == finished.out);
  const auto described = json::parse(run_lacuna("describe external --json").out);
  CHECK(described["kind"] == "door");
  CHECK(described["parameters"]["time_limit"]["min"] == 0);
  fails("describe externl", 2, "externl: no such plugin (did you mean 'external')");
}

TEST_CASE("command line: describe tells what is not there or not unique") {
  const Plugins plugins({"good.so"});
  const auto option = plugins.option();
  fails("describe good" + option, 2,
        "good: several plugins have this id (say method:good or dataset:good)");
  fails("describe good_metrik" + option, 2,
        "good_metrik: no such plugin (did you mean 'good_metric' or 'good_method')");
  fails("describe qqqqqqqq" + option, 2, "qqqqqqqq: no such plugin (lacuna list shows them)");
  fails("describe thing:good" + option, 2,
        "thing: no such kind (known: method, dataset, metric, door)");
}

TEST_CASE("command line: describe shows what a data set holds, or why it cannot") {
  const auto shapes = run_lacuna("describe shapes");
  CHECK(shapes.code == 0);
  CHECK_THAT(shapes.out, ContainsSubstring("\nClasses: 60, 12 coarse\n") &&
                             ContainsSubstring("\nPictures: train 12000, test 1200\n") &&
                             ContainsSubstring("\nForget split 'difficult': "));
  const auto described = json::parse(run_lacuna("describe shapes --json").out);
  CHECK(described["contents"]["splits"] == json{{"train", 12000}, {"test", 1200}});
  CHECK(described["contents"]["forget_splits"]["difficult"].size() == 8);

  const auto absent = run_shell("unset LACUNA_DATA; \"$LACUNA\" describe oxford_pet");
  CHECK(absent.code == 0);
  CHECK_THAT(absent.out, ContainsSubstring("\nNot to be seen here: oxford_pet: "));
}

TEST_CASE("command line: describe of a refused plugin says why it was refused") {
  const Plugins plugins({"good.so", "no_symbol.so"});
  const auto reason = plugins.file("no_symbol.so") + ": ";
  for (const auto* name : {"no_symbol", "method:no_symbol"}) {
    const auto finished = run_lacuna(std::string("describe ") + name + plugins.option());
    CHECK(finished.code == 3);
    CHECK_THAT(finished.err, ContainsSubstring("error: " + reason));
  }
}

TEST_CASE("command line: every subcommand's help has examples of options that it has") {
  const auto help = run_lacuna("--help").out;
  std::istringstream lines(help.substr(help.find("Subcommands:")));
  std::string line, name;
  std::getline(lines, line);
  int commands = 0;
  while (std::getline(lines, line) && std::istringstream(line) >> name) {
    CAPTURE(name);
    ++commands;
    const auto own = run_lacuna(name + " --help").out;
    const auto at = own.find("Examples:\n");
    REQUIRE(at != own.npos);
    std::istringstream examples(own.substr(at));
    std::getline(examples, line);
    while (std::getline(examples, line)) {
      CAPTURE(line);
      CHECK(line.starts_with("  lacuna " + name));
      std::istringstream words(line);
      auto known = own.substr(0, at) + help;
      for (std::string word; words >> word;) {
        if (own.find("\n  " + word + "  ") != own.npos)  // a subcommand of its own
          known += run_lacuna(name + " " + word + " --help").out;
        if (word.starts_with("--")) CHECK_THAT(known, ContainsSubstring(word));
      }
    }
  }
  CHECK(commands == 12);
}

TEST_CASE("command line: doctor says what there is and what is missing") {
  const Plugins plugins({"good.so", "no_symbol.so"});
  const auto report =
      json::parse(run_shell("unset LACUNA_DATA; \"$LACUNA\" doctor --json" + plugins.option()).out);
  CHECK(report["version"] == LACUNA_VERSION);
  CHECK(report["build_id"] == LACUNA_BUILD_ID);
  CHECK(report["libtorch"] == TORCH_VERSION);
  CHECK(report["threads"].get<int>() >= 1);
  CHECK(report["memory"]["bytes"].get<double>() > 1e8);
  CHECK(report["memory"]["available"].get<double>() <= report["memory"]["bytes"].get<double>());
  CHECK_FALSE(report["cpu_capability"].get<std::string>().empty());
  CHECK(report["cuda"]["devices"].empty() != report["cuda"]["reason"].get<std::string>().empty());
  const auto& folder = report["plugins"]["folders"][0];
  CHECK(folder["plugins"] == 4);
  CHECK(folder["refused"] == 1);
  const auto missing = report["missing"].get<std::vector<std::string>>();
  const auto said = [&](const std::string& sentence) {
    return std::find(missing.begin(), missing.end(), sentence) != missing.end();
  };
  CHECK(said("refused: " + plugins.file("no_symbol.so") +
             ": has no lacuna_plugin_entry (its last line is LACUNA_PLUGIN)"));
  CHECK(
      said("data: no folder is given, so only datasets that need no files work (--data DIR or "
           "LACUNA_DATA)"));

  const auto text = run_lacuna("doctor --data /tmp" + plugins.option());
  CHECK(text.code == 0);
  CHECK_THAT(text.out, ContainsSubstring("build id       " LACUNA_BUILD_ID "\n") &&
                           ContainsSubstring(": 4 loaded, 1 refused\n") &&
                           ContainsSubstring("data           /tmp\n"));
}

TEST_CASE("command line: doctor says where pictures are kept, and how many") {
  const Plugins plugins({"good.so"});
  const auto line = [&](const std::string& cache) {
    const auto out =
        run_shell("export LACUNA_CACHE=" + cache + "; \"$LACUNA\" doctor" + plugins.option()).out;
    const auto at = out.find("cache ");
    return out.substr(at, out.find('\n', at) - at);
  };
  CHECK(line("off") == "cache          off");
  CHECK(line("/no/such") ==
        "cache          /no/such: 0 pictures, 0.0 GiB (may be deleted at any time)");
}

TEST_CASE("command line: the program needs LibTorch's CPU libraries only") {
  const auto needed = run_shell("readelf -d \"$LACUNA\" '" LACUNA_LIBRARY "'");
  INFO(needed.err);
  REQUIRE(needed.code == 0);
  CHECK_THAT(needed.out,
             ContainsSubstring("[libtorch_cpu.so]") && ContainsSubstring("[libc10.so]"));
  CHECK(needed.out.find("libtorch_cuda") == std::string::npos);
  CHECK(needed.out.find("libc10_cuda") == std::string::npos);
  CHECK(needed.out.find("[libtorch.so]") == std::string::npos);
}

TEST_CASE("command line: a full stdout is an error") {
  if (!std::filesystem::exists("/dev/full")) SKIP("there is no /dev/full");
  const Plugins plugins({"good.so"});
  const auto finished = run_shell("\"$LACUNA\" list >/dev/full" + plugins.option());
  CHECK(finished.code == 3);
  CHECK(finished.err == "error: stdout: cannot be written\n");
}
