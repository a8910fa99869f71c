#include "run/results/stored_trajectory.hpp"

#include <algorithm>

namespace lacuna {
namespace {

using nlohmann::json;

// A number of a step; only the name that a method gave its loop is a word.
bool is_number_of_step(const std::string& name, const json& value) {
  return value.is_number() || value.is_null() || (name == "phase" && value.is_string());
}

// There are many steps, so a view of one is made only to say what is wrong with it.
void check_steps(const JsonView& steps) {
  const auto sound = [](const json& step) {
    if (!step.is_object() || !step.contains("step") || !step.at("step").is_number()) return false;
    for (auto it = step.begin(); it != step.end(); ++it)
      if (!is_number_of_step(it.key(), it.value())) return false;
    return true;
  };
  if (steps.raw().is_array() && std::all_of(steps.raw().begin(), steps.raw().end(), sound)) return;
  for (const auto& step : steps.items()) {
    step.at("step").number();
    for (const auto& [name, value] : step.members())
      if (!is_number_of_step(name, value.raw())) value.number();
  }
}

}  // namespace

void check_trajectory(const JsonView& view) {
  view.members();
  if (const auto kept = view.find("kept_epoch")) kept->integer();
  if (const auto fewer = view.find("fewer_samples"))
    for (const auto& [name, count] : fewer->members()) count.integer();
  if (const auto log = view.find("log")) log->members();
  if (const auto epochs = view.find("epochs"))
    for (const auto& epoch : epochs->items()) epoch.members();
  if (const auto steps = view.find("steps")) check_steps(*steps);
}

void read_trajectory(const json& trajectory, CellResult& out) {
  if (trajectory.is_null()) return;
  const JsonView view(trajectory, "");
  if (const auto kept = view.find("kept_epoch")) out.kept_epoch = kept->integer();
  if (const auto fewer = view.find("fewer_samples"))
    for (const auto& [name, count] : fewer->members()) out.fewer_samples[name] = count.integer();
  const auto steps = view.find("steps");
  if (!steps) return;
  for (const auto& step : steps->raw()) {
    TrajectoryPoint point{.step = step.at("step").get<double>()};
    const auto number = [&](const char* key) {
      const auto found = step.find(key);
      return found == step.end() || found->is_null() ? std::optional<double>()
                                                     : found->get<double>();
    };
    point.loss = number("loss");
    point.forget_accuracy = number("forget_accuracy");
    out.trajectory.push_back(point);
  }
}

}  // namespace lacuna
