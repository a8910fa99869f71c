// Suites whose model is a file of weights, not a folder.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "lacuna/random.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/openai_writer.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

// OpenAI's form of a tiny model: no vocabulary in it, so one lies in a data folder.
fs::path write_suite_on_archive(const TemporaryFolder& folder) {
  const nlohmann::json written(
      {{"embedding", 12},
       {"vision",
        {{"image_size", 16}, {"patch_size", 8}, {"width", 16}, {"layers", 1}, {"heads", 1}}},
       {"text",
        {{"context_length", 32},
         {"vocabulary_size", 514},
         {"width", 16},
         {"layers", 1},
         {"heads", 1}}}});
  const auto config = clip_config_from(JsonView(written, "tiny"));
  save_openai_archive(folder / "ViT-tiny.pt", config,
                      Clip::initial_weights(config, make_generator(3, "weights")));
  Tokenizer({}).save(folder / "data/clip" / kClipVocabulary);
  auto suite = tiny_suite();
  suite["model"] = "ViT-tiny.pt";
  return write_suite(folder.path(), suite);
}

}  // namespace

TEST_CASE("A suite runs on an OpenAI archive, its vocabulary in a data folder") {
  const TemporaryFolder folder;
  const auto suite = write_suite_on_archive(folder);
  const auto out = folder / "out";
  const auto finished = lacuna::testing::lacuna(
      {"run", suite.string(), "--out", out.string(), "--data", (folder / "data").string()});
  INFO(finished.output);
  REQUIRE(finished.status == 0);
  CHECK_THAT(finished.output, ContainsSubstring("4 cells: 4 ok, 0 failed"));
  const auto cells = cells_by_label(out);
  REQUIRE(cells.contains("original"));
  CHECK(cells.at("original").model.at("name") == "ViT-tiny");
}

TEST_CASE(
    "A model without a vocabulary is missing like one that is not there, and says what to get") {
  const TemporaryFolder folder;
  const auto suite = write_suite_on_archive(folder);
  fs::remove_all(folder / "data/clip");
  const auto finished =
      lacuna::testing::lacuna({"plan", suite.string(), "--out", (folder / "out").string(), "--data",
                               (folder / "data").string()});
  CHECK(finished.status == 1);
  CHECK_THAT(finished.output, ContainsSubstring("tiny: 4 cells, 4 no data"));
  CHECK_THAT(finished.output,
             ContainsSubstring("\nmissing on this machine:\n  model ViT-tiny.pt: "));
  CHECK_THAT(finished.output, ContainsSubstring("ViT-tiny.pt: carries no vocabulary"));
  CHECK_THAT(finished.output, ContainsSubstring("lacuna fetch openai/bpe"));
}
