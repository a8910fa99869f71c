// HTML's character references, as Python's html.unescape and as ftfy replace them.
#pragma once

#include "model/text/unicode.hpp"

namespace lacuna::text {

// html.unescape of Python 3.11: names with and without semicolon, the longest that fits, and
// numbers.
Text unescape_html(const Text& text);

// ftfy's more careful form: only references that end in a semicolon; also names in capitals
// ("&NTILDE;").
Text unescape_clear_html(const Text& text);

}  // namespace lacuna::text
