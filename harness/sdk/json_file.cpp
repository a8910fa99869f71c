#include <algorithm>
#include <cstddef>
#include <functional>
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

// Refuses an object with two equal keys: the library keeps one of them and says nothing.
class DuplicateKeys : public nlohmann::json_sax<nlohmann::json> {
 public:
  // `refuse` throws.
  explicit DuplicateKeys(std::function<void(const std::string& key)> refuse)
      : refuse_(std::move(refuse)) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    return true;
  }
  bool key(string_t& key) override {
    if (!keys_.back().insert(key).second) refuse_(key);
    return true;
  }
  // The library's own: its kinds have one base, and a copy of that would say less.
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& e) override {
    if (const auto* error = dynamic_cast<const nlohmann::json::parse_error*>(&e)) throw *error;
    if (const auto* error = dynamic_cast<const nlohmann::json::out_of_range*>(&e)) throw *error;
    throw e;
  }

 private:
  std::function<void(const std::string&)> refuse_;
  std::vector<std::set<std::string>> keys_;
};

template <class Json>
Json read(const std::filesystem::path& path, std::string_view expected, std::uintmax_t most) {
  const auto text = read_download(path, expected, most);
  const char* seen = text.data();
  const auto error = [&](std::size_t offset, const std::string& reason) {
    return ConfigError(path.string() + ": " + line_and_column(text, offset) + ": " + reason);
  };
  if (const auto at = nested_too_deeply(text))
    throw error(*at, "is nested more than " + std::to_string(kMostLevels) + " levels deep");
  DuplicateKeys checker([&](const std::string& key) {
    const auto end = static_cast<std::size_t>(seen - text.data());
    throw error(text.rfind('"', end < 2 ? 0 : end - 2),
                "duplicate key " + nlohmann::json(key).dump());
  });
  try {
    nlohmann::json::sax_parse(Cursor(text.data(), &seen), Cursor(text.data() + text.size(), &seen),
                              &checker);
  } catch (const nlohmann::json::parse_error& e) {
    throw error(e.byte > 0 ? e.byte - 1 : 0, reason_of(e.what()));
  } catch (const nlohmann::json::exception& e) {
    // A number is known to have ended by the character after it.
    throw error(static_cast<std::size_t>(seen - text.data()) - 1, reason_of(e.what()));
  }
  return Json::parse(text);
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
