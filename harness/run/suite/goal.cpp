#include "run/suite/goal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

using Names = std::vector<std::string>;

bool holds(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void add(Names& names, const std::string& name) {
  if (!holds(names, name)) names.push_back(name);
}

const std::string& parent_of(const Taxonomy& taxonomy, const std::string& fine) {
  const auto label = std::find(taxonomy.fine.begin(), taxonomy.fine.end(), fine);
  return taxonomy.coarse.at(taxonomy.parent.at(label - taxonomy.fine.begin()));
}

// A coarse name with all its fine classes.
void add_coarse(Goal& goal, const Taxonomy& taxonomy, const std::string& name) {
  add(goal.coarse, name);
  for (const auto& fine : taxonomy.fine)
    if (parent_of(taxonomy, fine) == name) add(goal.fine, fine);
}

[[noreturn]] void unknown(const std::string& name, const Names& known) {
  throw ConfigError(fmt::format("'{}': no such concept{}", name, did_you_mean(name, known)));
}

Goal coarse_goal(const Names& asked, const Taxonomy& taxonomy) {
  Goal goal;
  for (const auto& name : asked) {
    if (!holds(taxonomy.coarse, name)) {
      if (!holds(taxonomy.fine, name)) unknown(name, taxonomy.coarse);
      throw ConfigError(fmt::format(
          "'{}': is a fine class (level 'coarse' takes coarse ones, 'hybrid' both)", name));
    }
    add_coarse(goal, taxonomy, name);
  }
  return goal;
}

Goal hybrid_goal(const Names& asked, const Taxonomy& taxonomy) {
  Goal goal;
  Names fine;
  for (const auto& name : asked) {
    if (holds(taxonomy.fine, name)) {
      add(fine, name);
      add(goal.fine, name);
    } else if (holds(taxonomy.coarse, name)) {
      add_coarse(goal, taxonomy, name);
    } else {
      auto all = taxonomy.fine;
      all.insert(all.end(), taxonomy.coarse.begin(), taxonomy.coarse.end());
      unknown(name, all);
    }
  }
  if (fine.empty() || goal.coarse.empty())
    throw ConfigError(fmt::format("only {} classes are listed (level 'hybrid' needs both kinds)",
                                  fine.empty() ? "coarse" : "fine"));
  for (const auto& name : fine)
    if (holds(goal.coarse, parent_of(taxonomy, name)))
      throw ConfigError(fmt::format("'{}': is under '{}', which is listed, too (leave one out)",
                                    name, parent_of(taxonomy, name)));
  return goal;
}

}  // namespace

Goal goal_of(const std::string& level, const Names& asked, const Taxonomy& taxonomy) {
  if (level == "fine") {
    Goal goal;
    for (const auto label : fine_labels(taxonomy, asked))
      goal.fine.push_back(taxonomy.fine.at(label));
    return goal;
  }
  if (taxonomy.coarse.size() < 2)
    throw ConfigError(fmt::format("the dataset has {} coarse class names (level '{}' needs two)",
                                  taxonomy.coarse.empty() ? "no" : "not enough", level));
  return level == "coarse" ? coarse_goal(asked, taxonomy) : hybrid_goal(asked, taxonomy);
}

}  // namespace lacuna
