// The paper's Tables 2 and 3, row by row, through the real metric plugins.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <filesystem>

#include "fixtures.hpp"
#include "support/files.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

// Counts recovered from Table 2, and what they must give, in percent.
struct Golden {
  const char* method;
  Counts counts;
  double quality, utility, q_u;
};
const Counts original = row(431, 467, 2264, 2917);

TEST_CASE("Table 2 from embedded counts") {
  const auto golden = GENERATE(
      Golden{"original", original, 0, 100, 0}, Golden{"GA", row(5, 0, 347, 70), 100, 6.296, 11.845},
      Golden{"GDiff", row(348, 0, 1804, 414), 100, 58.206, 73.582},
      Golden{"GA+KL", row(387, 15, 1837, 1600), 96.788, 75.261, 84.677},
      Golden{"Relabeling", row(224, 219, 1316, 2031), 53.105, 59.909, 56.302},
      Golden{"SalUn", row(239, 174, 1357, 2070), 62.741, 62.118, 62.428},
      Golden{"ME+GD", row(476, 266, 2008, 2082), 43.041, 86.689, 57.522},
      Golden{"Task vector", row(398, 183, 1984, 2776), 60.814, 91.714, 73.134},
      Golden{"NPO+KL", row(440, 40, 2195, 2399), 91.435, 93.065, 92.243},
      Golden{"NHL+KL", row(441, 10, 2146, 2428), 97.859, 92.675, 95.196});
  CAPTURE(golden.method);
  const std::vector all{evaluation(original, golden.counts)};
  CHECK_THAT(100 * *value_of("forgetting_quality", all, "quality").value,
             WithinAbs(golden.quality, 6e-4));
  CHECK_THAT(100 * *value_of("utility", all, "utility").value, WithinAbs(golden.utility, 6e-4));
  CHECK_THAT(100 * *value_of("q_u", all, "q_u").value, WithinAbs(golden.q_u, 6e-4));
}

TEST_CASE("the utility of the tables is the clipped one") {
  const std::vector all{evaluation(original, row(441, 10, 2146, 2428))};
  CHECK_THAT(100 * *value_of("utility", all, "utility_unclipped").value, WithinAbs(93.45, 5e-3));
}

nlohmann::json table(const std::string& name) {
  return read_json(std::filesystem::path(LACUNA_SOURCE_DIR) / "tests/metrics/golden" / name);
}

Counts counts_of(const nlohmann::json& row_json, std::int64_t forget_n, std::int64_t retain_n) {
  const auto& counts = row_json.at("counts");
  return row(counts.at("forget_coarse"), counts.at("forget_fine"), counts.at("retain_coarse"),
             counts.at("retain_fine"), forget_n, retain_n);
}

// Exact, or not there for the original model; printed within 0.01 unless the erratum calls it a
// typo.
void check_value(const nlohmann::json& entry, const char* name, double percent) {
  CAPTURE(name);
  const auto& derived = entry.at("derived").at(name);
  const auto& printed = entry.at("printed").at(name);
  if (!derived.is_null()) CHECK_THAT(percent, WithinAbs(derived.get<double>(), 1e-6));
  if (printed.is_null()) return;
  const auto& errata = entry.at("errata");
  const bool typo = errata.contains(name) && errata.at(name).at("kind") == "typo";
  CHECK((std::abs(percent - printed.get<double>()) <= 0.01 + 1e-9) == !typo);
  if (errata.contains(name))
    CHECK_THAT(std::round(percent * 100) / 100, WithinAbs(errata.at(name).at("correct"), 1e-9));
}

void check_row(const nlohmann::json& entry, const Counts& before, const Counts& after) {
  const std::vector all{evaluation(before, after)};
  const auto accuracies = compute("accuracy", all);
  check_value(entry, "forget_fine", 100 * *find(accuracies, "forget_fine").value);
  check_value(entry, "forget_coarse", 100 * *find(accuracies, "forget_coarse").value);
  check_value(entry, "retain_fine", 100 * *find(accuracies, "retain_fine").value);
  check_value(entry, "retain_coarse", 100 * *find(accuracies, "retain_coarse").value);
  check_value(entry, "quality", 100 * *value_of("forgetting_quality", all, "quality").value);
  check_value(entry, "utility", 100 * *value_of("utility", all, "utility").value);
  check_value(entry, "qu", 100 * *value_of("q_u", all, "q_u").value);
}

TEST_CASE("Table 2, every row, errata included") {
  const auto golden = table("kt_table2.json");
  const std::int64_t forget_n = golden.at("n_forget"), retain_n = golden.at("n_retain");
  const auto& rows = golden.at("rows");
  REQUIRE(rows.size() == 10);
  REQUIRE(rows.at(0).at("baseline") == true);
  const auto before = counts_of(rows.at(0), forget_n, retain_n);
  std::size_t typos = 0;
  for (const auto& entry : rows) {
    CAPTURE(entry.at("method").get<std::string>());
    check_row(entry, before, counts_of(entry, forget_n, retain_n));
    for (const auto& erratum : entry.at("errata")) typos += erratum.at("kind") == "typo";
  }
  CHECK(typos == 1);  // ME+GD's utility
}

TEST_CASE("Table 3, every row, errata included") {
  const auto golden = table("kt_table3.json");
  std::map<std::string, Counts> before;
  Count fine, coarse;
  std::size_t rows = 0;
  for (const auto& entry : golden.at("rows")) {
    const std::string level = entry.at("level");
    CAPTURE(level, entry.at("method").get<std::string>());
    const auto counts = counts_of(entry, entry.at("n_forget"), entry.at("n_retain"));
    if (entry.value("baseline", false)) before[level] = counts;
    REQUIRE(before.contains(level));
    check_row(entry, before[level], counts);
    ++rows;
  }
  CHECK(rows == 6);
  // The original model over all test images does not depend on the split.
  for (const auto& [level, counts] : before) {
    CAPTURE(level);
    CHECK(counts.forget_fine.correct + counts.retain_fine.correct == 3384);
    CHECK(counts.forget_coarse.correct + counts.retain_coarse.correct == 2695);
  }
}

}  // namespace
}  // namespace lacuna::testing
