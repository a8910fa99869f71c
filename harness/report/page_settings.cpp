#include <fmt/format.h>

#include <map>
#include <optional>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;
using Settings = std::map<std::string, std::string>;

// {"a": 1, "b": {"c": 2}} → "a" 1, "b.c" 2.
Settings flat(const json& object) {
  Settings out;
  if (!object.is_object() || object.empty()) return out;
  const json paths = object.flatten();
  for (const auto& [path, value] : paths.items()) {
    if (path.empty()) continue;
    std::string name = path.substr(1);
    for (auto& c : name) c = c == '/' ? '.' : c;
    out[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return out;
}

// What all have, with the same value.
Settings common(const std::vector<Settings>& all) {
  if (all.size() < 2) return {};
  Settings out = all.front();
  for (const auto& settings : all) {
    std::erase_if(out, [&](const auto& entry) {
      const auto found = settings.find(entry.first);
      return found == settings.end() || found->second != entry.second;
    });
  }
  return out;
}

json chips(const Settings& settings, const Settings& without) {
  json out = json::array();
  for (const auto& [name, value] : settings) {
    if (!without.contains(name)) out.push_back({{"name", name}, {"value", value}});
  }
  return out;
}

// Any cell of the row that was found.
const Cell* found_cell(const Row& row) {
  for (const auto& run : row.runs) {
    if (run.cell->status != Status::missing) return run.cell;
  }
  return nullptr;
}

Settings member_of(const Cell& cell, const char* name) {
  const bool there = cell.method.is_object() && cell.method.contains(name);
  return there ? flat(cell.method[name]) : Settings();
}

}  // namespace

std::string settings_table(const Board& board) {
  std::vector<Settings> trainings, kls;
  for (const auto& row : board.rows) {
    const Cell* cell = found_cell(row);
    if (!cell) continue;
    trainings.push_back(flat(cell->training));
    kls.push_back(member_of(*cell, "kl"));
  }
  const Settings training = common(trainings), kl = common(kls);
  Settings shared = training;
  for (const auto& [name, value] : kl) shared["kl." + name] = value;
  json rows = json::array();
  bool others = false;
  for (const auto& row : board.rows) {
    static const Cell nothing;
    const Cell* found = found_cell(row);
    const Cell& cell = found ? *found : nothing;
    const json own = chips(flat(cell.training), training);
    others = others || !own.empty();
    rows.push_back({{"label", row.label},
                    {"plugin", row.method_id},
                    {"version", member(cell.method, "version")},
                    {"params", chips(member_of(cell, "params"), {})},
                    {"kl", chips(member_of(cell, "kl"), kl)},
                    {"training", own}});
  }
  // Each attack once: it is the same for all rows.
  for (const auto& label : board.attacks) {
    for (const auto& row : board.rows) {
      const Row* attack = row.attacked_by(label);
      const Cell* cell = attack ? found_cell(*attack) : nullptr;
      if (!cell) continue;
      const json own = chips(flat(cell->training), {});
      others = others || !own.empty();
      rows.push_back({{"label", "Attack: " + label},
                      {"plugin", attack->method_id},
                      {"version", member(cell->method, "version")},
                      {"params", chips(member_of(*cell, "params"), {})},
                      {"kl", chips(member_of(*cell, "kl"), {})},
                      {"training", own}});
      break;
    }
  }
  return render("settings", {{"shared", chips(shared, {})},
                             {"has_shared", !shared.empty()},
                             {"others", others},
                             {"rows", rows}});
}

}  // namespace lacuna::report
