#include "report/gate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "report/format.hpp"

namespace lacuna::report {
namespace {

std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// What the accuracy of that name counted; {0, 0} where the cell has no such count.
Count value_count(const Board& board, const Cell& cell, const std::string& name) {
  const auto full = board.name_of(name);
  for (const auto& value : cell.values) {
    if (value.name == full && value.count) return *value.count;
  }
  return {};
}

// "all" is no value of its own: it is what was told apart.
Count measured_count(const Board& board, const Cell& cell, const std::string& group,
                     const std::string& level) {
  if (group != "all") return value_count(board, cell, group + "_" + level);
  Count all;
  for (const char* part : {"forget_", "forgotten_", "retain_"}) {
    const auto count = value_count(board, cell, part + level);
    all = {all.correct + count.correct, all.n + count.n};
  }
  return all;
}

// What the request says of itself, against what was published of it.
void check_request(Gate& gate, const Board& board, const PublishedBoard& published) {
  if (!board.sample || !board.sample->request.is_object()) return;
  const auto& request = board.sample->request;
  const auto dataset = request.find("dataset");
  const auto id = dataset == request.end() ? "" : member(*dataset, "id");
  if (!id.empty() && id != published.dataset)
    gate.reasons.push_back(fmt::format("other data: {} instead of {}", id, published.dataset));
  const auto samples = request.find("samples_per_concept");
  if (published.samples_per_concept && samples != request.end() && samples->is_number_integer() &&
      samples->get<std::int64_t>() != *published.samples_per_concept)
    gate.reasons.push_back(fmt::format("{} pictures a concept instead of {}",
                                       samples->get<std::int64_t>(),
                                       *published.samples_per_concept));
  if (const auto fewest = board.fewest_samples(); fewest && published.samples_per_concept)
    gate.reasons.push_back(fmt::format("as few as {} pictures of a concept were there, of {}",
                                       *fewest, *published.samples_per_concept));
}

// The widest group whose size is another says it best: "198 test pictures instead of 4,950".
void check_sizes(Gate& gate) {
  const GateCheck* widest = nullptr;
  for (const auto& check : gate.checks) {
    if (check.measured.n != check.published.n &&
        (!widest || check.published.n > widest->published.n))
      widest = &check;
  }
  if (!widest) return;
  gate.reasons.push_back(
      fmt::format("{}: {} test pictures{} instead of {}",
                  widest->measured.n < widest->published.n ? "miniature data" : "other data",
                  grouped(widest->measured.n), widest->group == "all" ? "" : " to " + widest->group,
                  grouped(widest->published.n)));
}

void check_counts(Gate& gate) {
  std::vector<std::string> off;
  for (const auto& check : gate.checks) {
    if (check.measured.n == check.published.n && !check.met())
      off.push_back(fmt::format("{} {} {} instead of {}", check.group, check.level,
                                grouped(check.measured.correct), grouped(check.published.correct)));
  }
  if (!off.empty())
    gate.reasons.push_back(
        fmt::format("the original model's counts are others: {}", fmt::join(off, ", ")));
}

}  // namespace

bool GateCheck::met() const {
  return measured.n == published.n && std::abs(difference()) <= allowed;
}

bool Gate::exact() const {
  return std::all_of(checks.begin(), checks.end(),
                     [](const GateCheck& check) { return check.measured == check.published; });
}

const char* to_string(Gate::State state) {
  switch (state) {
    case Gate::State::passed:
      return "passed";
    case Gate::State::failed:
      return "failed";
    case Gate::State::waiting:
      return "waiting";
    case Gate::State::open:
      return "open";
  }
  return "open";
}

std::string Gate::in_words() const {
  if (state == State::passed)
    return fmt::format("passed: the original model gets the published counts, {}",
                       exact() ? "exactly" : "within 0.2 % of the pictures");
  return fmt::format("{}: {}", to_string(state), fmt::join(reasons, "; "));
}

Gate check_gate(const Board& board, const PublishedTable& table, const PublishedBoard& published) {
  Gate gate;
  if (!published.original || published.original->counts.empty()) {
    gate.reasons = {
        "nothing is published of the original model, so nothing says whether the "
        "numbers are of the same thing"};
    return gate;
  }
  const Cell& original = *board.original.runs.front().cell;
  for (const char* group : {"forget", "retain", "all"}) {
    for (const char* level : {"fine", "coarse"}) {
      const Count count = published.original->count(group, level);
      if (count.n == 0) continue;
      gate.checks.push_back({.group = group,
                             .level = level,
                             .published = count,
                             .measured = measured_count(board, original, group, level),
                             .allowed = std::max<std::int64_t>(1, count.n / 500)});
    }
  }
  if (original.status != Status::ok) {
    gate.state = Gate::State::waiting;
    gate.reasons = {"the original model: " + status_in_words(original)};
    return gate;
  }
  check_sizes(gate);
  check_request(gate, board, published);
  check_counts(gate);
  // Another name alone is no reason; beside one it explains.
  if (!gate.reasons.empty() && last_part(table.model) != last_part(board.model))
    gate.reasons.push_back(fmt::format("the model is {} instead of {}", board.model, table.model));
  gate.state = gate.reasons.empty() ? Gate::State::passed : Gate::State::failed;
  return gate;
}

}  // namespace lacuna::report
