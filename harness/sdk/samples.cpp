#include "lacuna/samples.hpp"

#include "lacuna/error.hpp"

namespace lacuna {

const Labels* find_labels(const std::vector<Labels>& labels, const std::string& question) {
  for (const auto& one : labels)
    if (one.question == question) return &one;
  return nullptr;
}

std::string fill_template(const std::string& prompt, const std::string& name) {
  const auto place = prompt.find("{}");
  if (place == std::string::npos)
    throw ConfigError("'" + prompt + "': a prompt template needs {} for the class name");
  return prompt.substr(0, place) + name + prompt.substr(place + 2);
}

}  // namespace lacuna
