#include "report/rows.hpp"

#include <algorithm>

namespace lacuna::report {
namespace {

bool positive(const nlohmann::json& method, const char* level) {
  const auto kl = method.is_object() ? method.find("kl") : method.end();
  if (!method.is_object() || kl == method.end() || !kl->is_object()) return false;
  const auto weight = kl->find(level);
  return weight != kl->end() && weight->is_number() && weight->get<double>() > 0;
}

// The settings of a cell as flat "/params/beta" → 0.5 pairs.
nlohmann::json settings(const Cell& cell) {
  nlohmann::json all = nlohmann::json::object();
  if (cell.method.is_object()) {
    for (const char* part : {"params", "kl"}) {
      if (cell.method.contains(part)) all[part] = cell.method[part];
    }
  }
  if (cell.training.is_object()) all["training"] = cell.training;
  return all.empty() ? all : all.flatten();
}

// " (beta 0.5)": what sets this configuration apart from the others that carry the same label.
std::string distinction(const nlohmann::json& mine, const std::vector<nlohmann::json>& all) {
  std::string text;
  for (const auto& [path, value] : mine.items()) {
    const bool differs = std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return !other.contains(path) || other[path] != value;
    });
    if (!differs) continue;
    const std::string name = path.substr(path.rfind('/') + 1);
    text += (text.empty() ? " (" : ", ") + name + " " +
            (value.is_string() ? value.template get<std::string>() : value.dump());
  }
  return text.empty() ? text : text + ")";
}

// "NPO+KL (not the shipped npo)": what the label alone would hide.
void add_remark(Row& row, const std::string& remark) {
  const auto words = " (" + remark + ")";
  if (row.label.find(words) == std::string::npos) row.label += words;
}

void add_run(Row& row, const PlannedCell& planned, const Cell& cell) {
  row.method_id = planned.method;
  const bool asked = positive(cell.method, "coarse") || positive(cell.method, "fine");
  row.kl = row.kl || (asked && cell.trained());
  if (cell.status == Status::ok && asked && !cell.trained())
    add_remark(row, "kl: no loop ran, nothing was added");
  if (cell.method.is_object() && cell.method.contains("shipped"))
    add_remark(row, "not the shipped " + row.method_id);
  row.runs.push_back({static_cast<std::uint64_t>(planned.seed), &cell});
}

// Rows of one label.
void add_rows(std::vector<Row>& rows, const std::string& label,
              const std::vector<const PlannedCell*>& planned, const Results& results) {
  std::vector<nlohmann::json> configurations;
  for (const auto* cell : planned) {
    const auto& found = results.cells.at(cell->key);
    if (!found.method.is_object()) continue;
    const auto mine = settings(found);
    if (std::find(configurations.begin(), configurations.end(), mine) == configurations.end())
      configurations.push_back(mine);
  }
  if (configurations.empty()) configurations.push_back(nlohmann::json::object());
  const std::size_t first = rows.size();
  for (const auto& configuration : configurations) {
    Row row{.label = label};
    if (configurations.size() > 1) row.label += distinction(configuration, configurations);
    rows.push_back(std::move(row));
  }
  for (const auto* cell : planned) {
    const auto& found = results.cells.at(cell->key);
    const auto which = std::find(configurations.begin(), configurations.end(), settings(found));
    const bool known = found.method.is_object() && which != configurations.end();
    add_run(rows[first + (known ? static_cast<std::size_t>(which - configurations.begin()) : 0)],
            *cell, found);
  }
}

void add_attack(std::vector<Row>& rows, const PlannedCell& planned, const Cell& cell) {
  for (auto& row : rows) {
    const bool mine = std::any_of(row.runs.begin(), row.runs.end(), [&](const Run& run) {
      return run.cell->key == planned.attacked;
    });
    if (!mine) continue;
    auto attack = std::find_if(row.attacks.begin(), row.attacks.end(),
                               [&](const Row& one) { return one.attack == planned.attack; });
    if (attack == row.attacks.end()) {
      attack = row.attacks.insert(
          row.attacks.end(),
          Row{.label = row.label + ", after " + planned.attack, .attack = planned.attack});
    }
    add_run(*attack, planned, cell);
    return;
  }
}

// A reason is read far from its evaluation, so it says which one.
std::string reason_of(const Cell& cell, const StoredValue& stored) {
  for (const auto& id : cell.evaluations) {
    if (stored.name.starts_with(id + "/")) return id + ": " + stored.reason;
  }
  return stored.reason;
}

void add(Measure& measure, const Run& run, const StoredValue& stored) {
  if (stored.value) {
    measure.values.push_back({run.seed, run.cell->key, *stored.value, &stored});
    measure.reason.clear();
  } else if (!measure.defined() && measure.reason.empty()) {
    measure.reason = reason_of(*run.cell, stored);
  }
}

// Whether this is all that the cell has of a metric: its failure, under its own name.
bool is_failure(const Cell& cell, const StoredValue& value) {
  return !value.value && value.name == value.metric &&
         std::count_if(cell.values.begin(), cell.values.end(),
                       [&](const StoredValue& other) { return other.metric == value.metric; }) == 1;
}

}  // namespace

std::vector<Row> make_rows(const std::vector<PlannedCell>& planned, const Results& results) {
  std::vector<std::string> labels;
  std::map<std::string, std::vector<const PlannedCell*>> by_label;
  for (const auto& cell : planned) {
    if (!cell.attack.empty()) continue;
    if (!by_label.contains(cell.label)) labels.push_back(cell.label);
    by_label[cell.label].push_back(&cell);
  }
  std::vector<Row> rows;
  for (const auto& label : labels) add_rows(rows, label, by_label[label], results);
  for (const auto& cell : planned) {
    if (!cell.attack.empty()) add_attack(rows, cell, results.cells.at(cell.key));
  }
  return rows;
}

void add_names(NamesByMetric& names, const Cell& cell) {
  for (const auto& value : cell.values) {
    if (!is_failure(cell, value)) names[value.metric].insert(value.name);
  }
}

void collect_measures(Row& row, const NamesByMetric& names) {
  const auto by_seed = [](const Run& a, const Run& b) { return a.seed < b.seed; };
  std::stable_sort(row.runs.begin(), row.runs.end(), by_seed);
  for (const auto& run : row.runs) {
    if (run.cell->status != Status::ok) continue;
    for (const auto& value : run.cell->values) {
      const auto known = names.find(value.metric);
      if (known == names.end() || !is_failure(*run.cell, value)) {
        add(row.measures[value.name], run, value);
      } else {
        for (const auto& name : known->second) {
          add(row.measures[name], run, value);
          row.measures[name].failed = true;
        }
      }
    }
  }
  for (auto& attack : row.attacks) collect_measures(attack, names);
}

void collect_left(Row& row, const Column& rank) {
  const auto* own = measure_of(row, rank);
  if (!own) return;
  row.left = *own;
  for (auto& left : row.left.values) {
    for (const auto& attack : row.attacks) {
      const auto* after = measure_of(attack, rank);
      if (!after) continue;
      for (const auto& value : after->values) {
        if (value.seed == left.seed && rank.worse(value.value, left.value))
          left.value = value.value, left.stored = nullptr;
      }
    }
  }
}

}  // namespace lacuna::report
