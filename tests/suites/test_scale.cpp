// scripts/scale.sh, the proof at full size, as a user without a GPU can try it: the same commands
// at small size.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "clip_merges.hpp"
#include "model/text/vocabulary.hpp"
#include "program.hpp"
#include "support/files.hpp"

using namespace lacuna;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

Finished scale(const std::string& data, const fs::path& folder, const std::string& rest) {
  return run_shell("LACUNA_BIN=\"$(dirname \"$LACUNA\")\" LACUNA_DATA='" + data +
                   "' bash " LACUNA_SOURCE_DIR "/scripts/scale.sh " + folder.string() + " " + rest);
}

}  // namespace

TEST_CASE("The proof at full size runs small on a CPU, and says what every cell cost") {
  const testing::TemporaryFolder folder;
  testing::write_clip_merges(folder / "given/clip" / kClipVocabulary);
  const auto finished = scale((folder / "given").string(), folder.path(), "small cpu");
  INFO(finished.err);
  CHECK(finished.code == 0);
  CHECK_THAT(finished.err + finished.out, ContainsSubstring("10 cells: 10 ok"));
  const auto summary = read_json(folder / "summary.json");
  CHECK(summary.at("name") == "small");
  CHECK(summary.at("device") == "cpu");
  CHECK(summary.at("machine").contains("cores"));
  CHECK(summary.at("build").contains("commit"));
  REQUIRE(summary.at("cells").size() == 10);
  for (const auto& cell : summary.at("cells")) {
    CAPTURE(cell.dump());
    CHECK(cell.at("status") == "ok");
    const auto& evaluate = cell.at("evaluate");
    CHECK(evaluate.at("pictures") > 1000);
    CHECK(evaluate.at("peak_bytes") > 50'000'000);
    const double seconds = evaluate.at("seconds"), rate = evaluate.at("pictures_per_second");
    CHECK(std::abs(rate * seconds - evaluate.at("pictures").get<double>()) < 1e-6);
    CHECK(cell.at("unlearn").is_null() == (cell.at("label") == "original"));
    if (cell.at("unlearn").is_null()) continue;
    CHECK(cell.at("batch_size") == 32);
    CHECK(cell.at("unlearn").at("steps") == 8);  // 20 pictures, 8 epochs
    CHECK(cell.at("unlearn").at("steps_per_second") > 0);
  }
}

TEST_CASE("The proof at full size refuses what it cannot do") {
  const auto size = scale("", "/nowhere", "big");
  CHECK(size.code == 2);
  CHECK(size.err == "scale: big: no such size (full, counts or small)\n");
  const auto merges = scale("/nowhere", "/nowhere", "small");
  CHECK(merges.code == 2);
  CHECK(merges.err ==
        "scale: LACUNA_DATA: no folder that holds clip/bpe_simple_vocab_16e6.txt.gz "
        "(lacuna fetch openai/bpe --data DIR)\n");
}
