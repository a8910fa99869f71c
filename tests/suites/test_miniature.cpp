// Every suite of the knowledge-tracing paper from its file to its report, at miniature size: a tiny
// random CLIP under the paper's model's name, generated pictures in the data sets' own layouts. The
// numbers mean nothing; that nothing is missing on the way does.
#include <stdlib.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <set>

#include "clip_merges.hpp"
#include "folders.hpp"
#include "lacuna/random.hpp"
#include "miniature/miniature.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/known_models.hpp"
#include "model/weights/openai_writer.hpp"
#include "program.hpp"
#include "support/files.hpp"

using namespace lacuna;
using Catch::Matchers::ContainsSubstring;
using lacuna::testing::TemporaryFolder;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// In OpenAI's archive layout, which has no merges, and what stands for CLIP's list of them.
void write_model(const fs::path& data) {
  const auto config = known_model("tiny").value();
  testing::write_clip_merges(data / "clip" / kClipVocabulary);
  save_openai_archive(data / "models/openai/ViT-L-14.pt", config,
                      Clip::initial_weights(config, make_generator(3, "weights")));
}

std::string id_of(const json& dataset) {
  return dataset.is_string() ? dataset.get<std::string>() : dataset.at("id").get<std::string>();
}

// The suite as it is, but for what its size needs: the archive of CIFAR-100 may be incomplete, and
// prompts are passed over once.
json at_miniature_size(json suite) {
  for (auto& evaluation : suite.at("evaluations")) {
    if (id_of(evaluation.at("dataset")) == "cifar100")
      evaluation["dataset"]["params"]["allow_partial"] = true;
  }
  for (auto& request : suite.at("requests")) {
    if (request.contains("exemplars")) request["training"]["epochs"] = 1;
  }
  if (!suite.contains("published")) return suite;
  for (auto& table : suite.at("published")) {
    auto& file = table.is_string() ? table : table.at("file");
    file = (fs::path(LACUNA_SOURCE_DIR "/suites") / file.get<std::string>()).string();
  }
  return suite;
}

std::vector<std::string> sets_of(const json& suite) {
  std::set<std::string> ids;
  for (const auto* list : {"requests", "evaluations"}) {
    for (const auto& use : suite.at(list)) ids.insert(id_of(use.at("dataset")));
  }
  return {ids.begin(), ids.end()};
}

std::string quoted(const fs::path& path) {
  std::string out = "'";
  return out.append(path.string()).append("'");
}

// Runs suites/<name>.json with one seed and returns its leaderboard.
json leaderboard_of(const std::string& name, const TemporaryFolder& folder) {
  const auto suite = at_miniature_size(read_json(LACUNA_SOURCE_DIR "/suites/" + name + ".json"));
  write_json(folder / "suite.json", suite);
  write_model(folder / "data");
  miniature::write(folder / "data", sets_of(suite));
  // Nothing of this machine's own data: a list of the real pictures would ask for them.
  const auto run = run_shell("LACUNA_DATA= \"$LACUNA\" run " + quoted(folder / "suite.json") +
                             " --seeds 1 --jobs 2 --data " + quoted(folder / "data") + " --out " +
                             quoted(folder / "results"));
  INFO(run.out << run.err);
  REQUIRE(run.code == 0);
  const auto report =
      run_lacuna("report " + quoted(folder / "results") + " --out " + quoted(folder / "report"));
  INFO(report.err);
  REQUIRE(report.code == 0);
  return read_json(folder / "report/leaderboard.json");
}

// Every cell finished, on every board; the boards' requests in order.
std::vector<std::string> finished_boards(const json& leaderboard) {
  std::vector<std::string> requests;
  for (const auto& board : leaderboard.at("boards")) {
    requests.push_back(board.at("request").at("id"));
    CHECK(board.at("original").at("status") == "ok");
    for (const auto& row : board.at("rows")) {
      INFO(requests.back() << " / " << row.at("label"));
      CHECK(row.at("cells").size() == 1);
      CHECK(row.at("cells").at(0).at("status") == "ok");
      CHECK_FALSE(row.at("measures").at("retain_fine").at("mean").is_null());
    }
  }
  return requests;
}

// A published table stands beside the board: every row measured and published, behind a gate that
// says that this is a miniature.
void check_beside(const json& board, std::size_t table, std::size_t rows) {
  const auto& published = board.at("published").at(table);
  CHECK(published.at("gate").at("state") == "failed");
  const std::string reason = published.at("gate").at("reasons").at(0);
  CHECK_THAT(reason, ContainsSubstring("miniature data: "));
  CHECK_THAT(reason, ContainsSubstring(" test pictures instead of 4,950"));
  CHECK(published.at("rows").size() == rows);
  for (const auto& row : published.at("rows")) {
    CHECK_FALSE(row.at("numbers").empty());
    for (const auto& [name, number] : row.at("numbers").items()) {
      INFO(row.at("label") << " " << name);
      CHECK(number.at("published").at("value").is_number());
      CHECK(number.at("difference").is_null());
      if (name.starts_with("retain_")) CHECK(number.at("measured").is_number());
    }
  }
}

}  // namespace

TEST_CASE("kt_table2 at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_table2", folder);
  CHECK(finished_boards(leaderboard) == std::vector<std::string>{"difficult"});
  const auto& board = leaderboard.at("boards").at(0);
  CHECK(board.at("rows").size() == 9);
  CHECK(board.at("evaluations").size() == 6);
  check_beside(board, 0, 9);
  const auto page = read_file(folder / "report/index.html");
  CHECK_THAT(page, ContainsSubstring("Beside Table 2"));
  CHECK_THAT(page, ContainsSubstring("Gate failed: miniature data: "));
}

TEST_CASE("kt_table3 at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_table3", folder);
  CHECK((finished_boards(leaderboard) == std::vector<std::string>{"difficult", "medium", "easy"}));
  for (const auto& board : leaderboard.at("boards")) check_beside(board, 0, 1);
}

TEST_CASE("kt_ood at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_ood", folder);
  CHECK((finished_boards(leaderboard) ==
         std::vector<std::string>{"dogs_special", "dogs_difficult", "cars"}));
  const auto& boards = leaderboard.at("boards");
  CHECK(boards.at(0).at("rows").size() == 11);
  CHECK(boards.at(1).at("rows").size() == 9);
  CHECK(boards.at(2).at("rows").size() == 9);
  for (const auto& board : boards) CHECK(board.at("evaluations").size() == 2);
  CHECK(boards.at(2).at("evaluations").at(1).at("id") == "stanford_cars");
  CHECK_FALSE(boards.at(2).contains("published"));
  for (const int i : {0, 1}) {
    check_beside(boards.at(i), 0, 1);
    CHECK(boards.at(i)
              .at("published")
              .at(0)
              .at("rows")
              .at(0)
              .at("numbers")
              .contains("oxford_pet/q_u"));
  }
}

TEST_CASE("kt_compcars at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_compcars", folder);
  CHECK(finished_boards(leaderboard) == std::vector<std::string>{"cars"});
  CHECK(leaderboard.at("boards").at(0).at("rows").size() == 9);
}

TEST_CASE("kt_samples at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_samples", folder);
  CHECK(finished_boards(leaderboard).size() == 6);
  const auto& boards = leaderboard.at("boards");
  check_beside(boards.at(0), 0, 1);
  CHECK_FALSE(boards.at(1).contains("published"));
  REQUIRE(boards.at(5).at("published").size() == 2);
  check_beside(boards.at(5), 1, 1);
}

TEST_CASE("kt_margin at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_margin", folder);
  CHECK(finished_boards(leaderboard).size() == 1);
  check_beside(leaderboard.at("boards").at(0), 0, 1);
  CHECK(leaderboard.at("boards").at(0).at("published").at(0).at("rows").at(0).at("label") ==
        "NHL+KL margin=2");
}

TEST_CASE("kt_kl at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_kl", folder);
  CHECK(finished_boards(leaderboard).size() == 1);
  CHECK(leaderboard.at("boards").at(0).at("rows").size() == 20);
  check_beside(leaderboard.at("boards").at(0), 0, 3);
}

TEST_CASE("kt_goal at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_goal", folder);
  CHECK((finished_boards(leaderboard) == std::vector<std::string>{"coarse", "hybrid"}));
  for (const auto& board : leaderboard.at("boards"))
    for (const auto& row : board.at("rows"))
      CHECK(row.at("measures").at("forgotten_coarse").at("mean").is_number());
}

TEST_CASE("kt_text_only at miniature size") {
  const TemporaryFolder folder;
  const auto leaderboard = leaderboard_of("kt_text_only", folder);
  CHECK(finished_boards(leaderboard) == std::vector<std::string>{"text"});
  CHECK(leaderboard.at("boards").at(0).at("rows").size() == 9);
}
