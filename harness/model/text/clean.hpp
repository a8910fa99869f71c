// Cleans text as OpenAI's tokenizer for CLIP does before it cuts it into words.
#pragma once

#include <string_view>

#include "model/text/unicode.hpp"

namespace lacuna::text {

// UTF-8 with damage repaired (fix_text), HTML's character references replaced, twice, white space
// collapsed and none at the ends, in lower case. Bytes that are not UTF-8 become U+FFFD, one each.
// Never throws but for want of memory.
Text clean(std::string_view bytes);

// The same by the long way; clean() takes a short one for plain ASCII, which has nothing to repair.
Text clean_thoroughly(std::string_view bytes);

}  // namespace lacuna::text
