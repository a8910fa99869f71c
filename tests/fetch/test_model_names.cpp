#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "fetch/model_names.hpp"
#include "server.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

template <class E>
std::string complaint(const std::string& text, const fs::path& base, const DataRoots& roots) {
  try {
    find_model(text, base, roots);
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("A model that exists as a path is that path") {
  const TemporaryFolder suite, data;
  write(suite / "models/tiny/config.json", "{}");
  write(suite / "models/b32.pt", "");
  const DataRoots roots{{data.path()}};
  const auto folder = find_model("models/tiny", suite.path(), roots);
  CHECK(folder.name == "tiny");
  CHECK(folder.path == fs::canonical(suite / "models/tiny"));
  const auto file = find_model((suite / "models/../models/b32.pt").string(), "/elsewhere", roots);
  CHECK(file.name == "b32");
  CHECK(file.path == fs::canonical(suite / "models/b32.pt"));
  write(suite / "openai/ViT-B-32/config.json", "{}");  // beats the name
  CHECK(find_model("openai/ViT-B-32", suite.path(), roots).name == "ViT-B-32");
}

TEST_CASE("A model by its name is looked for in every data folder") {
  const TemporaryFolder suite, one, two;
  const DataRoots roots{{one.path(), two.path()}};
  write(two / "models/openai/ViT-B-32.pt", "");
  auto found = find_model("openai/ViT-B-32", suite.path(), roots);
  CHECK(found.name == "openai/ViT-B-32");
  CHECK(found.path == fs::canonical(two / "models/openai/ViT-B-32.pt"));
  write(one / "models/openai/ViT-B-32/config.json", "{}");
  CHECK(find_model("openai/ViT-B-32", suite.path(), roots).path ==
        fs::canonical(one / "models/openai/ViT-B-32"));
  write(one / "models/laion/a-model/config.json", "{}");  // in no catalogue
  CHECK(find_model("laion/a-model", suite.path(), roots).name == "laion/a-model");
}

TEST_CASE("A model that comes with the program has a name in every suite") {
  const TemporaryFolder suite;
  const auto shipped = find_model("demo", suite.path(), {});
  CHECK(shipped.name == "demo");
  CHECK(shipped.path == fs::canonical(LACUNA_SOURCE_DIR "/models/demo"));
  write(suite / "demo/config.json", "{}");  // beats the name
  CHECK(find_model("demo", suite.path(), {}).path == fs::canonical(suite / "demo"));
}

TEST_CASE("A model of the catalogue that is not there is missing, with every place tried") {
  const TemporaryFolder suite, data;
  const auto here = (suite / "openai/ViT-L-14").string(), there = data.path().string();
  CHECK(complaint<ModelMissing>("openai/ViT-L-14", suite.path(), {{data.path()}}) ==
        "openai/ViT-L-14: not found as " + here + ", " + there + "/models/openai/ViT-L-14, " +
            there + "/models/openai/ViT-L-14.pt (get it: lacuna fetch openai/ViT-L-14 --data " +
            there + " (933 MB))");
  CHECK_THAT(complaint<ModelMissing>("openai/ViT-L-14", suite.path(), {}),
             ContainsSubstring("lacuna fetch openai/ViT-L-14 --data DIR"));
}

TEST_CASE("Any other model that is not there is a mistake") {
  const TemporaryFolder suite;
  const auto mistake = [&](const std::string& text) {
    std::string out;
    try {
      find_model(text, suite.path(), {{"/nowhere"}});
    } catch (const ModelMissing&) {
      out = "missing";
    } catch (const ConfigError& error) {
      out = error.what();
    }
    return out;
  };
  const std::string reason =
      ": no such file or folder (a model is a folder, a .pt file, or a name such as "
      "demo or openai/ViT-L-14)";
  CHECK(mistake("../models/demo") == (suite / "../models/demo").string() + reason);
  CHECK(mistake("/a/b") == "/a/b" + reason);
  CHECK(mistake("dmeo") == (suite / "dmeo").string() + reason + " (did you mean 'demo')");
  CHECK_THAT(mistake("openai/ViT-L-14x"), ContainsSubstring("(did you mean 'openai/ViT-L-14'"));
  CHECK_THAT(mistake("nobody/Nothing"), ContainsSubstring("lacuna fetch --list"));
  CHECK_THAT(mistake("openai/bpe"), ContainsSubstring("not found as"));  // no model
}
