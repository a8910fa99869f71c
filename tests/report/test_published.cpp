// The tables that others printed, as this repository keeps them.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <filesystem>
#include <functional>

#include "../program.hpp"
#include "lacuna/error.hpp"
#include "run/results/published_table.hpp"
#include "sample_results.hpp"

using namespace lacuna;
using nlohmann::json;

namespace {

const std::filesystem::path folder = LACUNA_SOURCE_DIR "/results/published";

// In per cent, what the counts of a row give for everything that was printed of it, by the paper's
// own formulas.
std::map<std::string, double> recomputed(const PublishedRow& row, const PublishedRow* original) {
  std::map<std::string, double> out;
  std::map<std::string, double> ratios;  // after / before
  for (const char* group : {"forget", "retain"}) {
    for (const char* level : {"fine", "coarse"}) {
      const auto share = [&](const PublishedRow& of) {
        const auto count = of.count(group, level);
        return static_cast<double>(count.correct) / static_cast<double>(count.n);
      };
      if (row.count(group, level).n == 0) continue;
      const auto name = std::string(group) + "_" + level;
      out[name] = 100 * share(row);
      if (original && original->count(group, level).n > 0)
        ratios[name] = share(row) / share(*original);
    }
  }
  if (!ratios.contains("forget_fine")) return out;
  const double quality = 1 - ratios.at("forget_fine");
  out["quality"] = 100 * quality;
  if (ratios.size() < 4) return out;
  double utility = 0;
  for (const char* kept : {"forget_coarse", "retain_coarse", "retain_fine"})
    utility += std::min(1.0, ratios.at(kept)) / 3;
  out["utility"] = 100 * utility;
  out["q_u"] = quality <= 0 ? 0 : 100 * 2 * quality * utility / (quality + utility);
  return out;
}

int check_row(const PublishedRow& row, const PublishedRow* original) {
  int checked = 0;
  const auto exact = recomputed(row, original);
  for (const auto& [name, printed] : row.printed) {
    INFO(row.label << " " << name);
    const auto* erratum = row.erratum(name);
    const auto found = exact.find(name);
    if (found == exact.end()) continue;  // no counts for it
    ++checked;
    const double off = std::abs(found->second - printed);
    if (erratum && erratum->kind == "typo") {
      CHECK(off > 0.005);
    } else {
      CHECK(off <= 0.0101);
    }
    // What is printed, or right, is the value from the counts rounded once.
    const double right = erratum ? erratum->correct : printed;
    CHECK(std::abs(found->second - right) <= 0.00501);
  }
  return checked;
}

std::string complaint(const std::function<void(json&)>& change) {
  auto table = sample::read(folder / "kt_table2.json");
  change(table);
  try {
    published_table_from(table, "table.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no complaint";
}

}  // namespace

TEST_CASE("What the published counts give is what was printed, misprints aside", "[golden]") {
  int files = 0, checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    INFO(entry.path());
    const auto table = published_table_from(sample::read(entry.path()), entry.path().string());
    CHECK(entry.path().stem() == table.id);
    for (const auto& board : table.boards) {
      const auto* original = board.original ? &*board.original : nullptr;
      if (original) checked += check_row(*original, nullptr);
      for (const auto& row : board.rows) checked += check_row(row, original);
    }
    ++files;
  }
  CHECK(files == 4);
  // Nine rows of seven numbers and the original's four; three boards of seven and four; two
  // Qualities.
  CHECK(checked == 9 * 7 + 4 + 3 * (7 + 4) + 2);
}

TEST_CASE("The original model's rows of all tables are one model's", "[golden]") {
  const auto two = published_table_from(sample::read(folder / "kt_table2.json"), "");
  const auto three = published_table_from(sample::read(folder / "kt_table3.json"), "");
  for (const auto& board : three.boards) {
    for (const char* level : {"fine", "coarse"}) {
      const auto forget = board.original->count("forget", level),
                 retain = board.original->count("retain", level);
      CHECK(Count{forget.correct + retain.correct, forget.n + retain.n} ==
            two.boards[0].original->count("all", level));
    }
  }
  CHECK(two.boards[0].original->count("all", "fine") == Count{3384, 4950});
  CHECK(two.boards[0].original->count("all", "coarse") == Count{2695, 4950});
}

TEST_CASE("The published files follow their schema") {
  const auto checked = run_shell(
      "python3 -c 'import glob, json, sys, jsonschema\n"
      "schema = json.load(open(sys.argv[1]))\n"
      "jsonschema.Draft7Validator.check_schema(schema)\n"
      "for name in glob.glob(sys.argv[2] + \"/*.json\"):\n"
      "  jsonschema.validate(json.load(open(name)), schema); print(name)' " +
      quote(LACUNA_SOURCE_DIR "/docs/schema/published.schema.json") + " " + quote(folder.string()));
  INFO(checked.err);
  CHECK(checked.code == 0);
  CHECK(std::count(checked.out.begin(), checked.out.end(), '\n') == 4);
}

TEST_CASE("A published file that does not say what it should is one clear line") {
  using Mistake = std::tuple<std::string, json, std::string>;
  const auto [pointer, value, words] = GENERATE(values<Mistake>({
      {"/schema_version", 2, "schema_version: this program reads version 1"},
      {"/measured", true,
       "measured: is true (what this program measures stands in results/<suite>)"},
      {"/measured", 0, "measured: 0 is not true or false"},
      {"/titel", "x", "'titel': unknown key (did you mean 'title')"},
      {"/source/place", "", "source.place: is empty"},
      {"/boards", json::array(), "boards: is empty"},
      {"/boards/0/rows/0/counts/forget/fine",
       {501, 500},
       "boards[0].rows[0].counts.forget.fine: correct is outside 0..n"},
      {"/boards/0/rows/0/counts/forgot", json::object(),
       "boards[0].rows[0].counts: 'forgot' is no group (forget, retain, all)"},
      {"/boards/0/rows/0/printed/quality", 1000,
       "boards[0].rows[0].printed.quality: is above 100 (numbers stand as printed, in per cent)"},
      {"/boards/0/rows/0/printed/q-u", 1,
       "boards[0].rows[0].printed: 'q-u' is no measure (forget_fine, q_u, <evaluation>/q_u and the "
       "like)"},
      {"/boards/0/rows/0/provenance/printed", "hearsay",
       "boards[0].rows[0].provenance.printed: 'hearsay' is none of table, second_hand"},
      {"/boards/0/rows/1/label", "GA", "boards[0].rows[1]: label 'GA' stands there twice"},
      {"/boards/0/rows/5/errata/0/kind", "lie",
       "boards[0].rows[5].errata[0].kind: 'lie' is none of typo, double_rounding, rounding"},
      {"/boards/0/rows/5/errata/0/printed", 88.6,
       "boards[0].rows[5].errata[0]: 'utility' is not printed so in this row"},
      {"/boards/0/original/label", "CLIP",
       "boards[0].original: 'label': unknown key (known: counts, printed, provenance, errata)"},
  }));
  CHECK(complaint([&](json& table) { table[json::json_pointer(pointer)] = value; }) ==
        "table.json: " + words);
}

TEST_CASE("A published file without what it needs is one clear line") {
  CHECK(complaint([](json& table) { table["boards"][0].erase("dataset"); }) ==
        "table.json: boards[0]: 'dataset' is missing");
  CHECK(complaint([](json& table) {
          table["boards"][0]["rows"][0]["provenance"].erase("counts");
        }) == "table.json: boards[0].rows[0].provenance: 'counts' is missing");
  CHECK(complaint([](json& table) { table["boards"].push_back(table["boards"][0]); }) ==
        "table.json: boards[1]: request 'difficult' stands there twice");
}
