#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>

#include "lacuna/json_view.hpp"

namespace lacuna {
namespace {

// "line L, column C" of a byte offset, both from 1.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == before.npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// Feeds the parser and knows how far it has come: nlohmann's callbacks carry no position.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    auto old = *this;
    ++*this;
    return old;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// nlohmann says "[json.exception.parse_error.101] parse error at line 2, column 5: reason".
std::string reason_of(std::string text) {
  if (const auto at = text.find("column "); at != text.npos) {
    if (const auto colon = text.find(": ", at); colon != text.npos) return text.substr(colon + 2);
  }
  if (const auto bracket = text.find("] "); bracket != text.npos) return text.substr(bracket + 2);
  return text;
}

template <class Json>
Json read(const std::filesystem::path& path, std::string_view expected, std::uintmax_t most) {
  const auto text = read_download(path, expected, most);
  const char* seen = text.data();
  const auto error = [&](std::size_t offset, const std::string& reason) {
    return ConfigError(path.string() + ": " + line_and_column(text, offset) + ": " + reason);
  };
  if (const auto at = nested_too_deeply(text))
    throw error(*at, "is nested more than " + std::to_string(kMostLevels) + " levels deep");
  std::vector<std::set<std::string>> keys;
  // The library keeps one of two equal keys and says nothing.
  const auto refuse_duplicates = [&](int, typename Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key &&
        !keys.back().insert(value.template get<std::string>()).second) {
      const auto end = static_cast<std::size_t>(seen - text.data());
      throw error(text.rfind('"', end < 2 ? 0 : end - 2), "duplicate key " + value.dump());
    }
    return true;
  };
  try {
    return Json::parse(Cursor(text.data(), &seen), Cursor(text.data() + text.size(), &seen),
                       refuse_duplicates);
  } catch (const nlohmann::json::parse_error& e) {
    throw error(e.byte > 0 ? e.byte - 1 : 0, reason_of(e.what()));
  } catch (const nlohmann::json::exception& e) {
    // A number is known to have ended by the character after it.
    throw error(static_cast<std::size_t>(seen - text.data()) - 1, reason_of(e.what()));
  }
}

}  // namespace

nlohmann::json read_json(const std::filesystem::path& path, std::string_view expected,
                         std::uintmax_t most) {
  return read<nlohmann::json>(path, expected, most);
}

nlohmann::ordered_json read_ordered_json(const std::filesystem::path& path,
                                         std::string_view expected, std::uintmax_t most) {
  return read<nlohmann::ordered_json>(path, expected, most);
}

}  // namespace lacuna
