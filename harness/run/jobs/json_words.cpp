#include "run/jobs/json_words.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

std::string read_id(const JsonView& view, const std::string& key) {
  const auto place = view.at(key);
  auto out = place.text();
  const auto good = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  };
  if (out.empty() || !std::all_of(out.begin(), out.end(), good))
    place.fail(fmt::format("'{}' cannot be an id (letters, digits, '_' and '-' only)", out));
  return out;
}

std::vector<std::string> read_words(const JsonView& view) {
  std::vector<std::string> out;
  for (const auto& one : view.some()) {
    out.push_back(one.text());
    if (std::count(out.begin(), out.end(), out.back()) > 1)
      one.fail(fmt::format("'{}' stands there twice", out.back()));
  }
  return out;
}

nlohmann::json read_object(const JsonView& view, const std::string& key) {
  if (!view.has(key)) return nlohmann::json::object();
  const auto place = view.at(key);
  place.members();  // refuses what is no object
  return place.raw();
}

void refuse_unknown(const JsonView& list, const std::vector<std::string>& known, const char* what) {
  for (const auto& one : list.some()) {
    const auto word = one.text();
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    auto right = did_you_mean(word, known);
    if (right.empty()) right = fmt::format(" (known: {})", fmt::join(known, ", "));
    one.fail(fmt::format("'{}': no such {}{}", word, what, right));
  }
}

}  // namespace lacuna
