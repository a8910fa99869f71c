#include "run/jobs/matching.hpp"

#include <algorithm>
#include <cctype>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Matching by_substring(const std::vector<std::string>& concepts,
                      const std::vector<std::string>& classes) {
  Matching out;
  std::vector<bool> matched(concepts.size());
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const auto name = lower(classes[label]);
    bool forget = false;
    for (std::size_t i = 0; i < concepts.size(); ++i) {
      if (name.find(lower(concepts[i])) != std::string::npos) forget = matched[i] = true;
    }
    if (forget) out.labels.push_back(static_cast<std::int64_t>(label));
  }
  for (std::size_t i = 0; i < concepts.size(); ++i) {
    if (!matched[i]) out.unmatched.push_back(concepts[i]);
  }
  return out;
}

std::int64_t label_of(const std::vector<std::string>& classes, const std::string& name) {
  const auto found = std::find(classes.begin(), classes.end(), name);
  if (found == classes.end())
    throw ConfigError("'" + name + "': no such coarse class" + did_you_mean(name, classes));
  return found - classes.begin();
}

}  // namespace

Matching match_concepts(Role role, const std::vector<std::string>& concepts,
                        const Taxonomy& taxonomy, Level level) {
  if (role == Role::zero_shot) return {};
  const auto& classes = taxonomy.names(level);
  if (role == Role::out_of_domain) return by_substring(concepts, classes);
  Matching out;
  if (level == Level::fine) {
    out.labels = fine_labels(taxonomy, concepts);
  } else {
    for (const auto& name : concepts) out.labels.push_back(label_of(classes, name));
  }
  std::sort(out.labels.begin(), out.labels.end());
  return out;
}

}  // namespace lacuna
