#include "model/text/clean.hpp"

#include <algorithm>

#include "model/text/fix_text.hpp"
#include "model/text/html.hpp"

namespace lacuna::text {
namespace {

bool is_plain(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return (c >= ' ' && c <= '~' && c != '&') || c == '\t' || c == '\n' || c == '\f' || c == '\r';
  });
}

Text collapse_spaces(const Text& text) {
  Text out;
  out.reserve(text.size());
  for (const auto c : text) {
    if (!is_space(c))
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace

Text clean(std::string_view bytes) {
  if (is_plain(bytes)) return lower(collapse_spaces(Text(bytes.begin(), bytes.end())));
  return clean_thoroughly(bytes);
}

Text clean_thoroughly(std::string_view bytes) {
  return lower(collapse_spaces(unescape_html(unescape_html(fix_text(from_utf8(bytes))))));
}

}  // namespace lacuna::text
