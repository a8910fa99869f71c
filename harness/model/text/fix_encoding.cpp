#include <algorithm>
#include <vector>

#include "model/text/badness.hpp"
#include "model/text/code_pages.hpp"
#include "model/text/fix_text.hpp"

namespace lacuna::text {
namespace {

// `text` as the UTF-8 that was read as `page`.
std::optional<Text> read_again(const Text& text, std::size_t page) {
  auto bytes = encode(text, page);
  if (!bytes) return std::nullopt;
  // In MacRoman the bytes in question are a dash before a space.
  if (page != kMacRoman) bytes = restore_spaces(std::move(*bytes));
  if (is_sloppy(page)) bytes = replace_lossy(*bytes);
  return decode(*bytes);
}

Text fix_runs(const Text& text) {
  Text out;
  for (std::size_t at = 0; at < text.size();) {
    const auto [begin, end] = find_utf8_run(text, at);
    out.append(text, at, begin - at);
    auto run = text.substr(begin, end - begin);
    // A run that is the whole text has been tried already.
    out += run.size() < text.size() && is_bad(run) ? fix_encoding(std::move(run)) : run;
    at = end;
  }
  return out;
}

Text fix_once(const Text& text) {
  if (!is_bad(text)) return text;
  for (std::size_t page = 0; page < kCodePages; ++page)
    if (auto fixed = read_again(text, page)) return *fixed;

  if (auto fixed = fix_runs(text); fixed != text) return fixed;

  auto fixed = text;
  for (auto& c : fixed) c = as_windows_1252(c);
  return fixed;
}

}  // namespace

Text fix_encoding(Text text) {
  while (true) {
    auto fixed = fix_once(text);
    if (fixed == text) return text;
    text = std::move(fixed);
  }
}

}  // namespace lacuna::text
