// Text that came from outside (file names, what plugins throw) as it may be shown and stored.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lacuna {

// One line for a terminal or a log: control characters as \n, \t or \x1b, bytes that are no UTF-8
// as \xff, everything else as it is.
std::string one_line(std::string_view text);

// The same, cut where it is longer than `most` bytes, with the number of all bytes behind it.
std::string short_line(std::string_view text, std::size_t most = 2000);

// A message without what its reader knows, such as the path of the file that it is about.
std::string without_prefix(std::string text, std::string_view prefix);

// JSON text, also where a string is not UTF-8: each wrong byte becomes U+FFFD.
template <class Json>
std::string json_text(const Json& json, int indent = 2) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// 427616513 -> "427,616,513".
std::string grouped(std::int64_t number);

// "1 head", "12 heads"; `many` is what makes the word plural ("1 class", "3 classes": "es").
std::string counted(std::int64_t number, std::string_view what, std::string_view many = "s");

}  // namespace lacuna
