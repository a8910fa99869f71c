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
  for (const auto& row : board.rows) {
    for (const auto& run : row.runs) ++counts[run.cell->status];
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

// The rows with the highest mean; more than one where they tie.
std::vector<const Row*> best(const Board& board, const std::string& id) {
  std::vector<const Row*> found;
  for (const auto& row : board.rows) {
    const auto measure = row.measures.find(id);
    if (measure == row.measures.end() || !measure->second.defined()) continue;
    const double mean = measure->second.mean();
    if (!found.empty() && mean < found.front()->measures.at(id).mean()) continue;
    if (!found.empty() && mean > found.front()->measures.at(id).mean()) found.clear();
    found.push_back(&row);
  }
  return found;
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
  fact("Seeds", fmt::format("{}", fmt::join(seeds, ", ")));
  fact("Evaluated in", precisions(board));
  fact("Incomplete data", incomplete(board));
  fact("Counts not checked", board.unchecked());
  fact("Cells", cell_counts(board));
  return render("facts", {{"facts", all}});
}

std::string highlights(const Board& board) {
  const std::tuple<const char*, const char*, const char*> kinds[] = {
      {"q_u", "Best balance", "highest mean Q‑U"},
      {"quality", "Forgets most", "highest mean Quality"},
      {"utility", "Keeps most", "highest mean Utility"}};
  json cards = json::array();
  for (const auto& [id, title, what] : kinds) {
    const auto rows = best(board, id);
    if (rows.empty()) continue;
    const Measure& measure = rows.front()->measures.at(id);
    const auto sd = measure.sd();
    cards.push_back({{"title", title},
                     {"name", rows.front()->label},
                     {"others", rows.size() > 1 ? json(rows.size() - 1) : json()},
                     {"value", typographic(percent(measure.mean()))},
                     {"sd", sd ? percent(*sd) : ""},
                     {"what", what}});
  }
  return cards.empty() ? "" : render("highlights", {{"cards", cards}});
}

}  // namespace lacuna::report
