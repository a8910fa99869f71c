// index.html: one self-contained page that needs no network, runs no code but its own, and trusts
// no text from a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// What a page is called: its suite's title, or the folder's name where it holds several suites.
std::string page_title(const Results& results);

// `comparisons[i]` are those of `boards[i]`. `results_link` leads from the page's folder to the
// results folder, as a relative path. A pure function of its input.
std::string render_page(const Results& results, const std::vector<Board>& boards,
                        const std::vector<std::vector<Comparison>>& comparisons,
                        const std::filesystem::path& results_link);

// One page among several.
struct Entry {
  std::string folder = {};  // of the page, beside the index
  std::string title = {};
  std::vector<std::string> boards = {},
                           best = {};  // a board's title, and who leads it; of one size
};

Entry index_entry(const Results& results, const std::vector<Board>& boards,
                  const std::string& folder);

// The page that leads to several others.
std::string render_index(const std::vector<Entry>& entries);

}  // namespace lacuna::report
