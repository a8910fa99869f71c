#include "lacuna/taxonomy.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <unordered_map>
#include <utility>

#include "lacuna/error.hpp"

namespace lacuna {

namespace {

std::string folded(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// Insertions, deletions, substitutions and swaps of neighbours.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

void check_names(const std::vector<std::string>& names, const std::string& subject,
                 const char* level) {
  std::set<std::string> seen;
  for (const auto& name : names) {
    if (name.empty()) throw ConfigError(subject + ": a " + level + " class has an empty name");
    if (!seen.insert(name).second)
      throw ConfigError(subject + ": the " + level + " class '" + name + "' occurs twice");
  }
}

}  // namespace

const char* to_string(Level level) { return level == Level::fine ? "fine" : "coarse"; }

std::vector<std::int64_t> fine_labels(const Taxonomy& taxonomy,
                                      const std::vector<std::string>& concepts) {
  std::unordered_map<std::string, std::int64_t> fine, coarse;
  for (std::size_t i = 0; i < taxonomy.fine.size(); ++i)
    fine.emplace(taxonomy.fine[i], static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < taxonomy.coarse.size(); ++i)
    coarse.emplace(taxonomy.coarse[i], static_cast<std::int64_t>(i));

  std::vector<std::int64_t> labels;
  std::set<std::int64_t> taken;
  const auto take = [&](std::int64_t label) {
    if (taken.insert(label).second) labels.push_back(label);
  };
  for (const auto& name : concepts) {
    if (const auto it = fine.find(name); it != fine.end()) {
      take(it->second);
    } else if (const auto parent = coarse.find(name); parent != coarse.end()) {
      for (std::size_t f = 0; f < taxonomy.parent.size(); ++f)
        if (taxonomy.parent[f] == parent->second) take(static_cast<std::int64_t>(f));
    } else {
      auto all = taxonomy.fine;
      all.insert(all.end(), taxonomy.coarse.begin(), taxonomy.coarse.end());
      throw ConfigError("'" + name + "': no such concept" + did_you_mean(name, all));
    }
  }
  return labels;
}

void validate(const Taxonomy& taxonomy, const std::string& subject) {
  const auto& [fine, coarse, parent] = taxonomy;
  if (fine.empty()) throw ConfigError(subject + ": there is no fine class");
  check_names(fine, subject, "fine");
  check_names(coarse, subject, "coarse");
  const auto expected = coarse.empty() ? 0 : fine.size();
  if (parent.size() != expected)
    throw ConfigError(subject + ": " + std::to_string(parent.size()) + " parents for " +
                      std::to_string(fine.size()) + " fine classes (expected " +
                      std::to_string(expected) + ")");
  for (std::size_t f = 0; f < parent.size(); ++f)
    if (parent[f] < 0 || parent[f] >= static_cast<std::int64_t>(coarse.size()))
      throw ConfigError(subject + ": the parent of '" + fine[f] + "' is " +
                        std::to_string(parent[f]) + " (expected 0 to " +
                        std::to_string(coarse.size() - 1) + ")");
}

std::vector<std::string> nearest(const std::string& word,
                                 const std::vector<std::string>& candidates) {
  const auto wanted = folded(word);
  const auto farthest = std::max<std::size_t>(1, word.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(wanted, folded(candidate));
    // A one-letter word is near everything else; only its other case is meant.
    if (distance <= farthest && (distance == 0 || word.size() > 1))
      near.emplace_back(distance, candidate);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [_, name] : near)
    if (names.size() < 3 && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  const auto names = nearest(word, candidates);
  if (names.empty()) return "";
  std::string text = " (did you mean '" + names.front() + "'";
  for (std::size_t i = 1; i < names.size(); ++i)
    text += (i + 1 == names.size() ? " or '" : ", '") + names[i] + "'";
  return text + ")";
}

}  // namespace lacuna
