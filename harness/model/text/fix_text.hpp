// Puts damaged text right: what ftfy.fix_text of ftfy 6.3.1 does by default.
#pragma once

#include "model/text/unicode.hpp"

namespace lacuna::text {

// Text in UTF-8 that was read, perhaps more than once, as a single-byte encoding, is read again,
// wholly or in the parts that are clearly so. Text that nothing is wrong with stays.
Text fix_encoding(Text text);

// Line by line: HTML's character references (unless there has been a "<"), the encoding, then
// ligatures, widths, quotation marks, line breaks, surrogates, terminal escapes, control characters
// and composition (NFC), until nothing changes.
Text fix_text(const Text& text);

}  // namespace lacuna::text
