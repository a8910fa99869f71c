// index.html: one self-contained page that needs no network, runs no code but its own, and trusts
// no text from a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// `comparisons[i]` are those of `boards[i]`. `results_link` leads from the page's folder to the
// results folder, as a relative path. A pure function of its input.
std::string render_page(const Results& results, const std::vector<Board>& boards,
                        const std::vector<std::vector<Comparison>>& comparisons,
                        const std::filesystem::path& results_link);

}  // namespace lacuna::report
