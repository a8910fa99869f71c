// Which sequences of characters look like UTF-8 that was read as something else (ftfy 6.3.1's
// heuristic).
#pragma once

#include <cstddef>
#include <utility>

#include "model/text/unicode.hpp"

namespace lacuna::text {

// Whether there is a sequence of characters in `text` that people hardly write.
bool is_bad(const Text& text);

// The first run, from `from` on, of characters that would be UTF-8 in one code page or another: its
// beginning and its end, both text.size() where there is none.
std::pair<std::size_t, std::size_t> find_utf8_run(const Text& text, std::size_t from);

}  // namespace lacuna::text
