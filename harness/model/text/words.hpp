// Cuts a text into words as CLIP's tokenizer does before byte-pair encoding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lacuna {

// The words that stand for the start and end tokens themselves.
inline constexpr std::string_view kStartOfText = "<|startoftext|>", kEndOfText = "<|endoftext|>";

// Words of `text`, in order, in UTF-8: cleaned (text/clean.hpp), then cut by the pattern of
// OpenAI's tokenizer: the two special words, English contractions, runs of letters, single digits,
// runs of other signs. Bytes that are not UTF-8 become U+FFFD, one each.
std::vector<std::string> split_words(const std::string& text);

}  // namespace lacuna
