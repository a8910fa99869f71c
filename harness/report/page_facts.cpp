#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

const json& part(const json& object, const char* key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string concept_names(const json& request) {
  std::string out;
  for (const auto& name : part(request, "concepts")) {
    if (name.is_string()) out += (out.empty() ? "" : ", ") + name.get<std::string>();
  }
  return out;
}

std::string cell_counts(const Board& board) {
  std::map<Status, std::size_t> counts;
  for (const auto* row : board.all_rows()) {
    if (row == &board.original) continue;
    for (const auto& run : row->runs) ++counts[run.cell->status];
  }
  std::string out;
  const std::pair<Status, const char*> words[] = {{Status::ok, "finished"},
                                                  {Status::failed, "failed"},
                                                  {Status::not_applicable, "not applicable"},
                                                  {Status::missing, "missing"}};
  for (const auto& [status, word] : words) {
    if (counts.contains(status))
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", counts[status], word);
  }
  return out.empty() ? "none planned" : out;
}

// "bfloat16 in in_domain (12 of 4,096 predictions are others in float32)"; nothing where all is
// float32.
std::string precisions(const Board& board) {
  std::string out;
  for (const auto& [evaluation, flips] : board.flips())
    out += fmt::format("{}{} in {} ({} of {} predictions are others in float32)",
                       out.empty() ? "" : ", ", flips.precision, evaluation, grouped(flips.fine),
                       grouped(flips.n));
  return out;
}

// "Oxford-IIIT Pet: 298 of 3,669 pictures, 3 of 37 classes"; nothing where all data is whole.
std::string incomplete(const Board& board) {
  std::string out;
  for (const auto& evaluation : board.evaluations) {
    if (!evaluation.incomplete.empty())
      out +=
          fmt::format("{}{}: {}", out.empty() ? "" : "; ", evaluation.title, evaluation.incomplete);
  }
  return out;
}

// The rows with the best mean; more than one where they tie.
std::vector<const Row*> best(const Board& board, const Column& column) {
  std::vector<const Row*> found;
  for (const auto& row : board.rows) {
    const auto* measure = defined_measure(row, column);
    if (!measure) continue;
    const double mean = measure->mean(),
                 so_far = found.empty() ? mean : measure_of(*found.front(), column)->mean();
    if (column.worse(mean, so_far)) continue;
    if (column.worse(so_far, mean)) found.clear();
    found.push_back(&row);
  }
  return found;
}

// "50 a concept, train split": what the request grants methods of what is to be kept.
std::string retain_data(const json& request) {
  const auto& grant = part(request, "retain");
  const auto samples = member(grant, "samples_per_concept"), split = member(grant, "split");
  if (samples.empty() || samples == "0") return "";
  return samples + " a concept" + (split.empty() ? "" : ", " + split + " split");
}

// What the best of a column is called.
std::string honour(const Board& board, const Column& column) {
  if (!has_known_scores(board)) return "Best " + column.title;
  return column.of == Column::Of::left     ? "Best balance under attack"
         : column.id == board.rank.id      ? "Best balance"
         : column.id == board.plot_y.id    ? "Forgets most"
                                           : "Keeps most";
}

}  // namespace

std::string facts(const Board& board) {
  static const json nothing;
  const auto& model = board.sample ? board.sample->model : nothing;
  const auto& request = board.sample ? board.sample->request : nothing;
  const auto& dataset = part(request, "dataset");
  const std::string samples = member(request, "samples_per_concept"),
                    names = concept_names(request), hash = member(model, "hash");
  std::string forget;
  if (!names.empty()) {
    const std::string level = member(request, "level");
    forget = fmt::format("{} concepts{}{}", part(request, "concepts").size(),
                         level.empty() ? "" : " at " + level + " level",
                         samples.empty() ? "" : ", " + samples + " images each");
    if (const auto fewest = board.fewest_samples())
      forget += fmt::format(" at most, {} at the least", *fewest);
  }
  std::string data = member(dataset, "id");
  if (const auto version = member(dataset, "version"); !version.empty()) data += " " + version;
  if (const auto split = member(request, "split"); !split.empty()) data += ", " + split + " split";
  std::set<std::uint64_t> seeds;
  for (const auto& row : board.rows) {
    for (const auto& run : row.runs) seeds.insert(run.seed);
  }
  json all = json::array();
  const auto fact = [&](const char* name, const std::string& text) {
    if (!text.empty()) all.push_back({{"name", name}, {"text", text}, {"hash", ""}, {"more", ""}});
  };
  fact("Model", board.model);
  if (!all.empty()) all.back().update({{"hash", hash}, {"short_hash", hash.substr(0, 10)}});
  fact("Request", board.request);
  fact("To forget", forget);
  if (!forget.empty()) all.back()["more"] = names;
  fact("Forgetting set from", data);
  fact("Retain data", retain_data(request));
  fact("Attacks", fmt::format("{}", fmt::join(board.attacks, ", ")));
  fact("Seeds", fmt::format("{}", fmt::join(seeds, ", ")));
  fact("Evaluated in", precisions(board));
  fact("Incomplete data", incomplete(board));
  fact("Counts not checked", board.unchecked());
  fact("Cells", cell_counts(board));
  return render("facts", {{"facts", all}});
}

std::string highlights(const Board& board) {
  json cards = json::array();
  std::set<std::string> shown;
  for (const auto* column : {&board.ranking, &board.plot_y, &board.plot_x}) {
    const auto rows = best(board, *column);
    if (rows.empty() || !shown.insert(column->id).second) continue;
    const Measure& measure = *measure_of(*rows.front(), *column);
    const auto sd = measure.sd();
    cards.push_back({{"title", honour(board, *column)},
                     {"name", rows.front()->label},
                     {"others", rows.size() > 1 ? json(rows.size() - 1) : json()},
                     {"value", typographic(with_unit(measure.mean(), column->unit))},
                     {"sd", sd ? with_unit(*sd, column->unit) : ""},
                     {"what", (column->higher_is_better ? "highest mean " : "lowest mean ") +
                                  no_break(head_title(*column))}});
  }
  return cards.empty() ? "" : render("highlights", {{"cards", cards}});
}

}  // namespace lacuna::report
