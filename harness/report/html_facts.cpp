#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "report/format.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"

namespace lacuna::report {
namespace {

std::string fact(const std::string& name, const std::string& markup) {
  return markup.empty() ? "" : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, markup);
}

std::string short_hash(const std::string& hash) {
  return hash.empty()
             ? ""
             : fmt::format(R"( <code title="{}">{}</code>)", esc(hash), esc(hash.substr(0, 10)));
}

const nlohmann::json& part(const nlohmann::json& object, const char* key) {
  static const nlohmann::json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string concept_names(const nlohmann::json& request) {
  std::string out;
  for (const auto& name : part(request, "concepts")) {
    if (name.is_string()) out += (out.empty() ? "" : ", ") + esc(name.get<std::string>());
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

// {"a": 1, "b": {"c": 2}} → chips "a 1", "b.c 2".
std::string chips(const nlohmann::json& object) {
  std::string out;
  if (!object.is_object() || object.empty()) return out;
  const auto flat = object.flatten();
  for (const auto& [path, value] : flat.items()) {
    if (path.empty()) continue;
    std::string name = path.substr(1);
    for (auto& c : name) c = c == '/' ? '.' : c;
    const std::string text = value.is_string() ? value.template get<std::string>() : value.dump();
    out += fmt::format("{}<span class=\"chip\">{} <b>{}</b></span>", out.empty() ? "" : " ",
                       esc(name), esc(text));
  }
  return out;
}

// "bfloat16 in in_domain (12 of 4,096 predictions are others in float32)"; nothing where all is
// float32.
std::string precisions(const Board& board) {
  std::string out;
  for (const auto& [evaluation, flips] : board.flips())
    out += fmt::format("{}{} in {} ({} of {} predictions are others in float32)",
                       out.empty() ? "" : ", ", esc(flips.precision), esc(evaluation),
                       grouped(flips.fine), grouped(flips.n));
  return out;
}

// "Oxford-IIIT Pet: 298 of 3,669 pictures, 3 of 37 classes"; nothing where all data is whole.
std::string incomplete(const Board& board) {
  std::string out;
  for (const auto& evaluation : board.evaluations) {
    if (!evaluation.incomplete.empty())
      out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", esc(evaluation.title),
                         esc(evaluation.incomplete));
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
  static const nlohmann::json nothing;
  const auto& model = board.sample ? board.sample->model : nothing;
  const auto& request = board.sample ? board.sample->request : nothing;
  const auto& dataset = part(request, "dataset");
  const std::string samples = member(request, "samples_per_concept"),
                    names = concept_names(request);
  std::string forget;
  if (!names.empty()) {
    const std::string level = member(request, "level");
    forget = fmt::format("{} concepts{}{}", part(request, "concepts").size(),
                         level.empty() ? "" : " at " + esc(level) + " level",
                         samples.empty() ? "" : ", " + esc(samples) + " images each");
    if (const auto fewest = board.fewest_samples())
      forget += fmt::format(" at most, {} at the least", *fewest);
    forget = "<details><summary>" + forget + "</summary><p>" + names + "</p></details>";
  }
  std::string data = esc(member(dataset, "id"));
  if (const auto version = member(dataset, "version"); !version.empty())
    data += fmt::format(" {}", esc(version));
  if (const auto split = member(request, "split"); !split.empty())
    data += ", " + esc(split) + " split";
  std::set<std::uint64_t> seeds;
  for (const auto& row : board.rows) {
    for (const auto& run : row.runs) seeds.insert(run.seed);
  }
  return "<dl class=\"facts\">\n" +
         fact("Model", esc(board.model) + short_hash(member(model, "hash"))) +
         fact("Request", esc(board.request)) + fact("To forget", forget) +
         fact("Forgetting set from", data) +
         fact("Seeds", fmt::format("{}", fmt::join(seeds, ", "))) +
         fact("Evaluated in", precisions(board)) + fact("Incomplete data", incomplete(board)) +
         fact("Counts not checked", esc(board.unchecked())) + fact("Cells", cell_counts(board)) +
         "</dl>\n";
}

std::string highlights(const Board& board) {
  const std::tuple<const char*, const char*, const char*> cards[] = {
      {"q_u", "Best balance", "highest mean Q‑U"},
      {"quality", "Forgets most", "highest mean Quality"},
      {"utility", "Keeps most", "highest mean Utility"}};
  std::string out;
  for (const auto& [id, title, what] : cards) {
    const auto rows = best(board, id);
    if (rows.empty()) continue;
    std::string names = esc(rows.front()->label);
    if (rows.size() > 1) names += fmt::format(" <small>and {} more</small>", rows.size() - 1);
    const Measure& measure = rows.front()->measures.at(id);
    const auto sd = measure.sd();
    out += fmt::format(
        "<li><span class=\"card-title\">{}</span><span class=\"card-name\">{}</span>"
        "<span class=\"card-value\">{}<small>{}</small></span><span "
        "class=\"card-what\">{}</span></li>\n",
        title, names, typographic(percent(measure.mean())), sd ? " ± " + percent(*sd) : "", what);
  }
  return out.empty() ? "" : "<ul class=\"cards\">\n" + out + "</ul>\n";
}

std::string settings_table(const Board& board) {
  std::string out =
      "<div class=\"scroll\" tabindex=\"0\">\n<table class=\"settings\">\n<thead><tr><th "
      "scope=\"col\" class=\"method\">Method</th>"
      "<th scope=\"col\">Plugin</th><th scope=\"col\">Parameters</th><th scope=\"col\">KL</th>"
      "<th scope=\"col\">Training</th></tr></thead>\n<tbody>\n";
  for (const auto& row : board.rows) {
    const Cell* cell = nullptr;
    for (const auto& run : row.runs) {
      if (run.cell->status != Status::missing) cell = run.cell;
    }
    static const Cell nothing;
    if (!cell) cell = &nothing;
    const std::string version = member(cell->method, "version");
    out += fmt::format(
        "<tr><th scope=\"row\" "
        "class=\"method\">{}</th><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        esc(row.label), esc(row.method_id), version.empty() ? "" : fmt::format(" {}", esc(version)),
        chips(part(cell->method, "params")), chips(part(cell->method, "kl")),
        chips(cell->training));
  }
  return out + "</tbody>\n</table>\n</div>\n";
}

}  // namespace lacuna::report
