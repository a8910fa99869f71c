// Lines of cells as a table on the screen or in Markdown.
#pragma once

#include <string>
#include <vector>

namespace lacuna::report {

using Line = std::vector<std::string>;

// Columns padded to equal width, the first to the left, the rest to the right. All lines are of one
// length.
std::string plain_lines(std::vector<Line> lines);

// The first line is the head. Every sign that Markdown would take for its own is escaped.
std::string markdown_lines(const std::vector<Line>& lines);

std::string markdown_escaped(const std::string& text);

// A terminal obeys control characters; labels come from files.
std::string printable(std::string text);

}  // namespace lacuna::report
