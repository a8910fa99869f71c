// The main table for a terminal, or as GitHub Markdown for a README.
#pragma once

#include <string>

#include "report/table.hpp"

namespace lacuna::report {

// Aligned columns under a heading line; rows without numbers say why. Ends with a newline.
std::string plain_table(const Board& board);

// The same as a Markdown table, with everything that has a meaning in Markdown or HTML escaped.
std::string markdown_table(const Board& board);

}  // namespace lacuna::report
