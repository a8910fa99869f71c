#include "run/plan/selection.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"

namespace lacuna {
namespace {

const std::vector<std::string> known_names{"model", "request", "method", "label",
                                           "seed",  "attack",  "key"};

std::string value_of(const PlannedCell& cell, const std::string& name) {
  if (name == "model") return cell.model;
  if (name == "request") return cell.request;
  if (name == "method") return cell.method;
  if (name == "label") return cell.label;
  if (name == "seed") return cell.is_original() ? "" : std::to_string(cell.seed);
  if (name == "attack") return cell.attack;
  return cell.key;
}

struct Condition {
  std::string name, value;

  bool is_met_by(const PlannedCell& cell) const {
    const auto own = value_of(cell, name);
    return name == "key" ? own.starts_with(value) : own == value;
  }
};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' '), last = text.find_last_not_of(' ');
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

// The value that `rest` begins with: the longest one of the plan's, since labels have commas of
// their own ("npo beta=1, lr=2"); else up to the next comma.
std::string_view value_at(std::string_view rest, const std::string& name, const Plan& plan) {
  auto out = rest.substr(0, rest.find(','));
  for (const auto& cell : plan.cells) {
    const auto own = value_of(cell, name);
    if (own.size() <= out.size() || !rest.starts_with(own)) continue;
    const auto behind = trimmed(rest.substr(own.size()));
    if (behind.empty() || behind.front() == ',') out = rest.substr(0, own.size());
  }
  return out;
}

std::vector<Condition> read_conditions(std::string_view text, const Plan& plan) {
  std::vector<Condition> out;
  for (auto rest = trimmed(text);; rest = trimmed(rest.substr(1))) {
    const auto equals = rest.find('=');
    const auto name = std::string(trimmed(rest.substr(0, std::min(equals, rest.find(',')))));
    if (equals == rest.npos || rest.find(',') < equals)
      throw ConfigError(fmt::format("'{}': is no condition (write 'method=nhl,seed=1')", name));
    if (std::find(known_names.begin(), known_names.end(), name) == known_names.end()) {
      const auto right = did_you_mean(name, known_names);
      throw ConfigError(fmt::format(
          "'{}': nothing to select by{}", name,
          right.empty() ? fmt::format(" (known: {})", fmt::join(known_names, ", ")) : right));
    }
    rest = trimmed(rest.substr(equals + 1));
    const auto value = value_at(rest, name, plan);
    out.push_back({name, std::string(trimmed(value))});
    rest = trimmed(rest.substr(value.size()));
    if (rest.empty()) return out;
  }
}

void check_value(const Condition& condition, const Plan& plan) {
  std::set<std::string> values;
  for (const auto& cell : plan.cells) {
    if (condition.is_met_by(cell) && !condition.value.empty()) return;
    if (const auto own = value_of(cell, condition.name); !own.empty()) values.insert(own);
  }
  const std::vector<std::string> known(values.begin(), values.end());
  auto right = did_you_mean(condition.value, known);
  constexpr std::size_t most = 12;
  if (right.empty() && !known.empty() && known.size() <= most)
    right = fmt::format(" (there are: {})", fmt::join(known, ", "));
  throw ConfigError(fmt::format("{}: '{}': the suite has no such {}{}", condition.name,
                                condition.value, condition.name, right));
}

}  // namespace

std::set<std::string> selected_cells(const Plan& plan, const std::vector<std::string>& only) {
  std::set<std::string> out;
  if (only.empty())
    for (const auto& cell : plan.cells) out.insert(cell.key);
  try {
    for (const auto& text : only) {
      const auto conditions = read_conditions(text, plan);
      for (const auto& condition : conditions) check_value(condition, plan);
      bool any = false;
      for (const auto& cell : plan.cells) {
        const bool meets = std::all_of(conditions.begin(), conditions.end(),
                                       [&](const auto& it) { return it.is_met_by(cell); });
        if (meets) out.insert(cell.key);
        any = any || meets;
      }
      if (!any) throw ConfigError(fmt::format("'{}': no cell meets all of it", text));
    }
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("--only: {}", error.what()));
  }
  return out;
}

std::set<std::string> jobs_of(const Plan& plan, const PlannedCell& cell) {
  std::vector<std::string> open{cell.key};
  for (const auto* jobs : {&cell.predict, &cell.score})
    for (const auto& [id, key] : *jobs) open.push_back(key);
  std::set<std::string> out;
  while (!open.empty()) {
    const auto job = plan.jobs.find(open.back());
    open.pop_back();
    if (job == plan.jobs.end() || !out.insert(job->first).second) continue;
    open.insert(open.end(), job->second.needs.begin(), job->second.needs.end());
  }
  return out;
}

}  // namespace lacuna
