// `lacuna model` as a user runs it.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "../program.hpp"
#include "fixtures.hpp"
#include "model/text/vocabulary.hpp"

using namespace lacuna::testing;
using nlohmann::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// Runs with no data folder but those in `arguments`.
Finished run(const std::string& arguments) {
  return run_shell("env -u LACUNA_DATA \"$LACUNA\" " + arguments);
}

void fails(const std::string& arguments, const std::string& message) {
  const auto finished = run(arguments);
  INFO(arguments);
  CHECK(finished.code == 2);
  CHECK(finished.err == "error: " + message + "\n");
  CHECK(finished.out.empty());
}

// A configuration that needs no vocabulary file: bytes alone.
std::string write_config(const TemporaryFolder& folder, const std::string& extra = "") {
  const auto path = folder / "config.json";
  write_bytes(path, R"({"embedding": 16,
    "vision": {"image_size": 32, "patch_size": 8, "width": 32, "layers": 1, "heads": 1},
    "text": {"vocabulary_size": 514, "width": 16, "layers": 1, "heads": 1)" +
                        extra + "}}");
  return path.string();
}

std::string file(const TemporaryFolder& folder, const std::string& name) {
  return (folder / name).string();
}

void write_no_merges(const std::filesystem::path& path) { write_bytes(path, "#version: 0.2\n"); }

}  // namespace

TEST_CASE("model: made in two formats it is one model, and converts to a folder") {
  const TemporaryFolder folder;
  const auto config = write_config(folder);
  const auto made = run("model init " + config + " " + file(folder, "a") + " --seed 7");
  CHECK(made.code == 0);
  CHECK(made.out == file(folder, "a") + ": written\n");
  CHECK(
      run("model init " + config + " " + file(folder, "b.pt") + " --seed 7 --format openai").code ==
      0);
  write_no_merges(folder / lacuna::kClipVocabulary);
  const auto hash = run("model hash " + file(folder, "a"));
  CHECK(hash.code == 0);
  CHECK(hash.out.size() == 65);
  CHECK(run("model hash " + file(folder, "b.pt")).out == hash.out);
  CHECK(run("model convert " + file(folder, "b.pt") + " " + file(folder, "c/d")).code == 0);
  CHECK(run("model hash " + file(folder, "c/d/")).out == hash.out);
  CHECK(read_bytes(folder / "c/d/model.safetensors") == read_bytes(folder / "a/model.safetensors"));
  CHECK(read_bytes(folder / "c/d/config.json") == read_bytes(folder / "a/config.json"));
  // The same seed gives the same bytes, another another model.
  CHECK(
      run("model init " + config + " " + file(folder, "e.pt") + " --seed 7 --format openai").code ==
      0);
  CHECK(read_bytes(folder / "e.pt") == read_bytes(folder / "b.pt"));
  CHECK(run("model init " + config + " " + file(folder, "f") + " --seed 8").code == 0);
  CHECK(run("model hash " + file(folder, "f")).out != hash.out);
}

TEST_CASE("model: show says what the files hold") {
  const TemporaryFolder folder;
  const auto config = write_config(folder);
  REQUIRE(run("model init " + config + " " + file(folder, "m.pt") + " --format openai").code == 0);
  write_no_merges(folder / lacuna::kClipVocabulary);
  const auto hash = run("model hash " + file(folder, "m.pt")).out;
  const auto shown = run("model show " + file(folder, "m.pt"));
  CHECK(shown.code == 0);
  CHECK(shown.out ==
        "model        CLIP, from openai\n"
        "image tower  vision transformer, 32 px in patches of 8, 1 layer of width 32, 1 head, "
        "quick_gelu\n"
        "text tower   1 layer of width 16, 1 head, quick_gelu, 77 tokens of 514\n"
        "embedding    16\n"
        "parameters   33,089 = image 20,064 + text 13,024 + 1\n"
        "stored       22,704 F16 + 10,385 F32 + 3 I64\n"
        "vocabulary   " +
            file(folder, lacuna::kClipVocabulary) +
            "\n"
            "hash         " +
            hash);
  const auto facts = json::parse(run("model show --json " + file(folder, "m.pt")).out);
  CHECK(facts.at("hash").get<std::string>() + "\n" == hash);
  CHECK(facts.at("parameters").at("total") == 33089);
  CHECK(facts.at("stored").at("F16") == 22704);
  CHECK(facts.at("format") == "openai");
  CHECK(facts.at("config").at("vision").at("patch_size") == 8);
}

TEST_CASE("model: a model of a data folder goes by its name") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "models/me");
  const auto mine = file(folder, "models/me/mine");
  REQUIRE(run("model init " + write_config(folder) + " " + mine).code == 0);
  const auto data = " --data " + folder.path().string();
  CHECK(run("model hash me/mine" + data).out == run("model hash " + mine).out);
  CHECK(run("model show me/mine" + data).out == run("model show " + mine).out);
  CHECK(run("model convert me/mine " + file(folder, "copy") + data).code == 0);
  CHECK(run("model hash " + file(folder, "copy")).out == run("model hash " + mine).out);
}

TEST_CASE("model: shapes are shown without a vocabulary, but not hashed") {
  const TemporaryFolder folder;
  const auto config = write_config(folder);
  const auto file_name = file(folder, "m.pt");
  REQUIRE(run("model init " + config + " " + file_name + " --format openai").code == 0);
  const auto missing =
      file_name + ": carries no vocabulary, and bpe_simple_vocab_16e6.txt.gz is not in " +
      folder.path().string() + " (lacuna fetch openai/bpe brings it into the data folder)";
  const auto shown = run("model show " + file_name);
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "vocabulary   -\nhash         -\n"));
  CHECK(shown.err == "note: " + missing + "\n");
  CHECK(json::parse(run("model show --json " + file_name).out).at("hash").is_null());
  fails("model hash " + file_name, missing);
  fails("model convert " + file_name + " " + file(folder, "out"), missing);
  CHECK(!std::filesystem::exists(folder / "out"));

  std::filesystem::create_directories(folder / "data/clip");
  write_no_merges(folder / "data/clip" / lacuna::kClipVocabulary);
  CHECK(run("model hash " + file_name + " --data " + file(folder, "data")).code == 0);
}

TEST_CASE("model: names are OpenAI's, and a vocabulary is looked for where it is needed") {
  const TemporaryFolder folder;
  const auto out = file(folder, "rn.pt");
  const auto config = folder / "rn.json";
  write_bytes(config,
              R"({"embedding": 16, "vision": {"type": "resnet", "image_size": 32, "width": 4,
    "heads": 2, "blocks": [1, 1, 1, 1]}, "text": {"vocabulary_size": 514, "width": 16, "layers": 1, "heads": 1}})");
  CHECK(run("model init " + config.string() + " " + out + " --format openai").code == 0);
  CHECK(contains(run("model show " + out).out,
                 "image tower  modified ResNet, 32 px, 1+1+1+1 blocks, width 4, 2 heads"));
  const auto tiny = file(folder, "tiny.pt");
  CHECK(run("model init tiny " + tiny + " --format openai").code == 0);
  CHECK(contains(run("model show " + tiny).out, "model        tiny, from openai\n"));
  fails("model init tiny " + file(folder, "tiny"),
        file(folder, "tiny") +
            ": carries no vocabulary, and bpe_simple_vocab_16e6.txt.gz is not in " +
            folder.path().string() + " (lacuna fetch openai/bpe brings it into the data folder)");
  CHECK(!std::filesystem::exists(folder / "tiny"));
}

TEST_CASE("model: mistakes are named") {
  const TemporaryFolder folder;
  const auto config = write_config(folder);
  fails("model init ViT-Z " + file(folder, "x"),
        "ViT-Z: neither a model's name (ViT-B-32, ViT-B-16, ViT-L-14, ViT-L-14-336, RN50, RN101, "
        "RN50x4, RN50x16, RN50x64, tiny) nor a configuration file");
  fails("model init " + config + " " + folder.path().string(),
        folder.path().string() + ": exists already (name one that does not)");
  fails("model convert " + config + " " + config,
        config + ": exists already (name one that does not)");
  fails("model show " + file(folder, "none"),
        file(folder, "none") +
            ": no such file or folder (a model is a folder, a .pt file, or a name such as "
            "demo or openai/ViT-L-14)");
  fails("model hash " + config, config + ": is not a PyTorch file (a zip archive is expected)");
  const TemporaryFolder other;
  const auto gelu = write_config(other, R"(, "activation": "gelu")");
  const auto refused = run("model init " + gelu + " " + file(other, "m.pt") + " --format openai");
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "m.pt: OpenAI's format cannot say this configuration, only {"));
  CHECK(!std::filesystem::exists(other / "m.pt"));
  write_bytes(other / "small.json", R"({"text": {"vocabulary_size": 9}})");
  fails("model init " + file(other, "small.json") + " " + file(other, "x"),
        file(other, "small.json") + ": text.vocabulary_size: 9 is too small (514 is the least)");
  CHECK(run("model").code == 2);
  CHECK(run("model paint").code == 2);
  CHECK(run("model init tiny x --format zip").code == 2);
}
