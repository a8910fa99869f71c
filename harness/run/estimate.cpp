#include "run/estimate.hpp"

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

// Of a record that covers all steps; nothing for one of a resumed or failed cell.
std::optional<double> whole_cost(const nlohmann::json& steps, bool is_original) {
  if (!steps.contains("evaluate") || (!is_original && !steps.contains("unlearn")))
    return std::nullopt;
  double sum = 0;
  for (const auto& step : steps) {
    if (!step.contains("seconds")) return std::nullopt;
    sum += step.at("seconds").get<double>();
  }
  return sum;
}

}  // namespace

Estimate::Estimate(const Store& store) {
  const auto folder = store.folder() / "records";
  if (!std::filesystem::is_directory(folder)) return;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const auto cell = store.read_cell(file.path().stem().string());
    if (!cell || cell->at("status") != "ok") continue;
    try {
      const auto method = cell->at("cell").at("method").at("id").get<std::string>();
      const auto cost = whole_cost(read_json(file.path()).at("steps"), method == "original");
      if (!cost) continue;
      methods_[method].seconds += *cost;
      methods_[method].cells += 1;
    } catch (const ConfigError&) {
    } catch (const nlohmann::json::exception&) {
    }
  }
}

std::optional<double> Estimate::seconds(const std::string& method) const {
  Sum sum;
  if (const auto found = methods_.find(method); found != methods_.end()) {
    sum = found->second;
  } else if (method != "original") {
    for (const auto& [name, other] : methods_) {
      if (name == "original") continue;
      sum.seconds += other.seconds;
      sum.cells += other.cells;
    }
  }
  if (sum.cells == 0) return std::nullopt;
  return sum.seconds / sum.cells;
}

}  // namespace lacuna
