#include "run/matching.hpp"

#include <algorithm>
#include <cctype>

namespace lacuna {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Matching by_substring(const std::vector<std::string>& concepts, const Taxonomy& taxonomy) {
  Matching out;
  std::vector<bool> matched(concepts.size());
  for (std::size_t label = 0; label < taxonomy.fine.size(); ++label) {
    const auto name = lower(taxonomy.fine[label]);
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

}  // namespace

Matching match_concepts(Role role, const std::vector<std::string>& concepts,
                        const Taxonomy& taxonomy) {
  if (role == Role::zero_shot) return {};
  if (role == Role::out_of_domain) return by_substring(concepts, taxonomy);
  Matching out{fine_labels(taxonomy, concepts), {}};
  std::sort(out.labels.begin(), out.labels.end());
  return out;
}

}  // namespace lacuna
