// scripts/compare_speed.py at small size: ours and plain PyTorch compute the same on the same work.
#include "../speed/fixtures.hpp"
#include "data.hpp"
#include "model/text/vocabulary.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

namespace {

// The result of a comparison of `model` on the fixtures, large steps and both odd batches.
nlohmann::json compare(const fs::path& folder, const fs::path& model, const std::string& rest) {
  const char* root = std::getenv("LACUNA_PARITY");
  if (root == nullptr) SKIP("no Python environment here (make parity makes it)");
  const auto out = folder / "speed.json";
  const auto finished = run_shell(
      quote((fs::path(root).parent_path() / "venv/bin/python").string()) +
      " " LACUNA_SOURCE_DIR "/scripts/compare_speed.py " + quote(out.string()) +
      " --bin \"$(dirname \"$LACUNA\")\" --model " + quote(model.string()) + " --data " +
      quote((folder / "data").string()) +
      " --pictures 11 --eval-batch 8 --train-batch 5 --rounds 1 --learning-rate 1e-3 " + rest);
  INFO(finished.out << finished.err);
  REQUIRE(finished.code == 0);
  CHECK(finished.out.find("ours to reference: ") != finished.out.npos);
  return read_json(out);
}

void check_same(const nlohmann::json& result) {
  for (const auto* other : {"reference", "open_clip"}) {
    const auto& one = result.at("differences").at(other);
    INFO(other << " " << one.dump());
    CHECK(one.at("fine_labels_differing") == 0);
    CHECK(one.at("coarse_labels_differing") == 0);
    CHECK(one.at("image_features") < 1e-5);
    CHECK(one.at("fine_logits") < 1e-4);
    CHECK(one.at("coarse_logits") < 1e-4);
    CHECK(one.at("losses_relative") < 1e-4);
    CHECK(result.at("ratios").at(other).at("pictures_per_second").at("ratio") > 0);
    CHECK(result.at("ways").at(other).at("training").at("steps_per_second") > 0);
  }
}

}  // namespace

TEST_CASE("speed: plain PyTorch and open_clip's way compute what ours does") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  write_file_atomically(folder / "rates.json", R"({"float32": 1e12})");
  const auto result = compare(folder.path(), folder / "model",
                              "--dataset shapes --steps 6 --alternations 2 --reference-pictures 1 "
                              "--reference-steps 4 --rates " +
                                  quote((folder / "rates.json").string()));
  check_same(result);
  CHECK(result.at("runs").size() == 6);
  CHECK(result.at("runs").at(3).at("way") == "reference");  // the second alternation begins there
  CHECK(result.at("differences").at("reference").at("pictures") == 8);  // a whole batch
  CHECK(result.at("differences").at("open_clip").at("pictures") == 11);
  CHECK(result.at("stopped").is_null());
  const auto& ways = result.at("ways");
  const auto& losses = ways.at("ours").at("losses");
  CHECK(losses.size() == 6);
  CHECK(ways.at("reference").at("losses").size() == 4);
  const auto still = run_speed(folder.path(),
                               "--dataset shapes --pictures 11 --train-batch 5 --steps 6 "
                               "--rounds 1 --learning-rate 0 --json");
  const auto unchanged = nlohmann::json::parse(still.out).at("training").at("losses");
  CHECK(losses.at(0) == unchanged.at(0));
  const double last = losses.at(5), last_unchanged = unchanged.at(5);
  CHECK(std::abs(last - last_unchanged) > 0.01 * last);  // the steps count in what is compared
  for (const auto* way : {"ours", "reference", "open_clip"}) {
    const auto& evaluation = ways.at(way).at("evaluation");
    const double share = evaluation.at("share_of_rate"), seconds = evaluation.at("seconds");
    CHECK(std::abs(share * seconds * 1e12 / evaluation.at("flops").get<double>() - 1) < 1e-9);
  }
  // The counts of both sides agree where they do the same.
  const auto& runs = result.at("runs");
  for (const auto& run : runs) CHECK(run.at("flops") == runs.at(0).at("flops"));
}

TEST_CASE("speed: the same of OpenAI's archive, with products for the attention") {
  const auto merges = shared_data() / "clip" / kClipVocabulary;
  if (!fs::exists(merges)) SKIP("CLIP's merge list is not there (LACUNA_DATA names a data folder)");
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  fs::create_directories(folder / "data" / "clip");
  fs::copy(merges, folder / "data" / "clip");
  const auto model = folder / "tiny.pt";
  REQUIRE(
      run_lacuna("model init tiny " + quote(model.string()) + " --format openai --seed 1").code ==
      0);
  check_same(compare(folder.path(), model, "--steps 2 --alternations 1 --attention manual"));
}

TEST_CASE("speed: no process is begun that the limit does not allow") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  const char* root = std::getenv("LACUNA_PARITY");
  if (root == nullptr) SKIP("no Python environment here (make parity makes it)");
  const auto out = folder / "speed.json";
  const auto finished =
      run_shell("timeout 60 " + quote((fs::path(root).parent_path() / "venv/bin/python").string()) +
                " " LACUNA_SOURCE_DIR "/scripts/compare_speed.py " + quote(out.string()) +
                " --bin \"$(dirname \"$LACUNA\")\" --model " + quote((folder / "model").string()) +
                " --data " + quote((folder / "data").string()) +
                " --dataset shapes --ways ours --pictures 9 --steps 1 --alternations 100000 "
                "--seconds-limit 8");
  INFO(finished.out << finished.err);
  CHECK(finished.code == 0);
  const auto result = read_json(out);
  CHECK(result.at("stopped").get<std::string>().starts_with("--seconds-limit: "));
  CHECK(result.at("runs").size() >= 1);
  CHECK(result.at("runs").size() < 100);
  CHECK(result.at("ways").at("ours").at("evaluation").at("pictures_per_second") > 0);
  CHECK(result.at("differences").empty());
}
