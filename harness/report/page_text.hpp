// The only ways in which text from a file enters a page: escaped, as a link, or as a hash in the
// security policy.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lacuna::report {

// Safe as element text and inside a double-quoted attribute.
std::string esc(std::string_view text);

// A relative path as a URL: every byte outside [A-Za-z0-9._~/-] percent-encoded, so that it can be
// no scheme.
std::string url(const std::filesystem::path& relative);

// "'sha256-…'", the source expression by which a content security policy allows one inline style or
// script.
std::string csp_hash(std::string_view inline_text);

// "Q-U" that no line breaks: with a hyphen that holds.
std::string no_break(std::string text);

// Signs as a typographer wants them: a true minus instead of a hyphen.
std::string typographic(std::string text);

}  // namespace lacuna::report
