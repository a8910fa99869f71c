#include "run/results/published_table.hpp"

#include <algorithm>
#include <set>

#include "lacuna/json_view.hpp"
#include "run/results/stored_value.hpp"

namespace lacuna {
namespace {

const std::vector<std::string> measures{"forget_coarse", "forget_fine", "retain_coarse",
                                        "retain_fine",   "quality",     "utility",
                                        "q_u",           "zero_shot"};

std::string choice(const JsonView& view, const std::vector<std::string>& known) {
  auto word = view.text();
  if (std::find(known.begin(), known.end(), word) != known.end()) return word;
  std::string list;
  for (const auto& one : known) list += (list.empty() ? "" : ", ") + one;
  view.fail("'" + word + "' is none of " + list);
}

std::string words(const JsonView& view) {
  auto text = view.text();
  if (text.empty()) view.fail("is empty");
  return text;
}

Count some_count(const JsonView& view) {
  const auto count = read_count(view);
  if (count.n < 1) view.fail("correct is outside 0..n");
  return count;
}

double per_cent(const JsonView& view) {
  const double value = view.number();
  if (value > 100) view.fail("is above 100 (numbers stand as printed, in per cent)");
  return value;
}

// "q_u", or "<evaluation>/q_u" for one that is not the in-domain evaluation.
void check_measure(const JsonView& row, const std::string& name) {
  const auto slash = name.rfind('/');
  const auto last = slash == std::string::npos ? name : name.substr(slash + 1);
  if (slash != 0 && std::find(measures.begin(), measures.end(), last) != measures.end()) return;
  if (name.starts_with("zero_shot/")) return;  // one zero-shot suite
  row.fail("'" + name + "' is no measure (forget_fine, q_u, <evaluation>/q_u and the like)");
}

PublishedErratum read_erratum(const JsonView& view, const PublishedRow& row) {
  view.only({"value", "kind", "printed", "correct", "exact", "note"});
  PublishedErratum out{.value = view.at("value").text(),
                       .kind = choice(view.at("kind"), {"typo", "double_rounding", "rounding"}),
                       .printed = per_cent(view.at("printed")),
                       .correct = per_cent(view.at("correct")),
                       .note = words(view.at("note"))};
  if (const auto exact = view.find("exact")) exact->number();
  const auto printed = row.printed.find(out.value);
  if (printed == row.printed.end() || printed->second != out.printed)
    view.fail("'" + out.value + "' is not printed so in this row");
  return out;
}

PublishedRow read_row(const JsonView& view, bool original) {
  std::vector<std::string> known{"counts", "printed", "provenance", "errata"};
  if (!original) known.push_back("label");
  view.only(known);
  PublishedRow row{.label = original ? "Original model" : words(view.at("label"))};
  const auto provenance = view.at("provenance");
  provenance.only({"printed", "counts"});
  row.printed_from = choice(provenance.at("printed"), {"table", "second_hand"});
  if (const auto counts = view.find("counts")) {
    row.counts_from = choice(provenance.at("counts"), {"calculated", "printed"});
    for (const auto& [group, levels] : counts->members()) {
      if (group != "forget" && group != "retain" && group != "all")
        counts->fail("'" + group + "' is no group (forget, retain, all)");
      for (const auto& [level, count] : levels.members()) {
        if (level != "fine" && level != "coarse")
          levels.fail("'" + level + "' is no level (fine, coarse)");
        row.counts[group][level] = some_count(count);
      }
    }
  }
  for (const auto& [name, value] : view.at("printed").members()) {
    check_measure(view.at("printed"), name);
    row.printed[name] = per_cent(value);
  }
  if (const auto errata = view.find("errata")) {
    for (const auto& one : errata->items()) row.errata.push_back(read_erratum(one, row));
  }
  return row;
}

PublishedBoard read_board(const JsonView& view) {
  view.only({"request", "dataset", "samples_per_concept", "original", "rows"});
  PublishedBoard board{.request = words(view.at("request")), .dataset = words(view.at("dataset"))};
  if (const auto samples = view.find("samples_per_concept"))
    board.samples_per_concept = samples->integer();
  if (const auto original = view.find("original")) board.original = read_row(*original, true);
  std::set<std::string> labels;
  for (const auto& one : view.at("rows").items()) {
    board.rows.push_back(read_row(one, false));
    if (!labels.insert(board.rows.back().label).second)
      one.fail("label '" + board.rows.back().label + "' stands there twice");
  }
  return board;
}

}  // namespace

const PublishedErratum* PublishedRow::erratum(const std::string& value) const {
  const auto found = std::find_if(errata.begin(), errata.end(),
                                  [&](const auto& erratum) { return erratum.value == value; });
  return found == errata.end() ? nullptr : &*found;
}

Count PublishedRow::count(const std::string& group, const std::string& level) const {
  const auto levels = counts.find(group);
  if (levels == counts.end()) return {};
  const auto found = levels->second.find(level);
  return found == levels->second.end() ? Count{} : found->second;
}

const PublishedBoard* PublishedTable::board(const std::string& request) const {
  const auto found = std::find_if(boards.begin(), boards.end(),
                                  [&](const auto& board) { return board.request == request; });
  return found == boards.end() ? nullptr : &*found;
}

PublishedTable published_table_from(const nlohmann::json& content, const std::string& file) {
  const JsonView document(content, file);
  document.only({"schema_version", "id", "measured", "title", "source", "model", "boards"});
  if (const auto version = document.at("schema_version"); version.integer() != 1)
    version.fail("this program reads version 1");
  if (const auto measured = document.at("measured"); measured.boolean())
    measured.fail("is true (what this program measures stands in results/<suite>)");
  const auto source = document.at("source");
  source.only({"authors", "title", "reference", "place", "seeds", "note"});
  PublishedTable out{.id = words(document.at("id")),
                     .title = words(document.at("title")),
                     .authors = words(source.at("authors")),
                     .paper = words(source.at("title")),
                     .reference = words(source.at("reference")),
                     .place = words(source.at("place")),
                     .seeds = source.at("seeds").integer(),
                     .model = words(document.at("model"))};
  if (const auto note = source.find("note")) out.note = note->text();
  for (const auto& view : document.at("boards").items()) {
    auto board = read_board(view);
    if (out.board(board.request)) view.fail("request '" + board.request + "' stands there twice");
    out.boards.push_back(std::move(board));
  }
  if (out.boards.empty()) document.at("boards").fail("is empty");
  return out;
}

}  // namespace lacuna
