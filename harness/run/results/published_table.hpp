// results/published/<id>.json: rows that others printed, kept beside what this program measures
// (docs/published.md).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

// A printed number that is known to be wrong, or rounded other than once.
struct PublishedErratum {
  std::string value;  // key into PublishedRow::printed
  std::string kind;   // typo | double_rounding | rounding
  double printed = 0, correct = 0;
  std::string note = {};
};

// What was printed of one model. Percentages stay as printed; counts are kept where they are known.
struct PublishedRow {
  std::string label = {};
  std::map<std::string, std::map<std::string, Count>> counts = {};  // [group][level]
  // By the report's name of the measure: "forget_fine", "q_u", "<evaluation>/q_u". In per cent.
  std::map<std::string, double> printed = {};
  std::string printed_from = {};  // table | second_hand
  std::string counts_from = {};   // calculated; empty without counts
  std::vector<PublishedErratum> errata = {};

  const PublishedErratum* erratum(const std::string& value) const;  // null if there is none
  // {0, 0} if unknown.
  Count count(const std::string& group, const std::string& level) const;
};

// The rows of one request.
struct PublishedBoard {
  std::string request = {}, dataset = {};
  std::optional<std::int64_t> samples_per_concept = {};
  std::optional<PublishedRow> original = {};  // the model before unlearning: the gate's anchor
  std::vector<PublishedRow> rows = {};
};

struct PublishedTable {
  std::string id = {}, title = {};
  std::string authors = {}, paper = {}, reference = {}, place = {}, note = {};  // of the source
  std::int64_t seeds = 1;  // that each printed number was made of
  std::string model = {};
  std::vector<PublishedBoard> boards = {};

  const PublishedBoard* board(const std::string& request) const;  // null if there is none
};

// Strict: throws ConfigError("<file>: <place>: reason") for a missing or unknown key, a count
// outside its bounds, an erratum of a number that is not printed so. `file` is only for messages.
PublishedTable published_table_from(const nlohmann::json& content, const std::string& file);

}  // namespace lacuna
