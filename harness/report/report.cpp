#include "report/report.hpp"

#include <map>

#include "lacuna/error.hpp"
#include "report/leaderboard.hpp"
#include "report/page.hpp"
#include "report/text_comparison.hpp"
#include "report/text_table.hpp"
#include "support/files.hpp"

namespace lacuna::report {
namespace {

namespace fs = std::filesystem;

struct Output {
  fs::path folder;
  std::string page;
  nlohmann::json data;
};

// Without a trailing slash, so that it has a name; symbolic links stay, so that "../.." leads where
// it seems to.
fs::path plain(const fs::path& path) {
  auto normal = fs::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

std::string text_of(const Board& board, const std::vector<Comparison>& comparisons,
                    TableStyle style, bool first) {
  const bool markdown = style == TableStyle::markdown;
  std::string out = first ? "" : "\n";
  out += markdown ? markdown_table(board) : plain_table(board);
  for (const auto& comparison : comparisons)
    out += "\n" + (markdown ? markdown_comparison(comparison) : plain_comparison(comparison));
  return out;
}

}  // namespace

std::string make_reports(const std::vector<Results>& all, const fs::path& out, TableStyle style) {
  std::vector<Output> outputs;
  std::vector<Entry> entries;
  std::map<fs::path, fs::path> seen;
  std::string text;
  const bool several = all.size() > 1;
  for (const auto& results : all) {
    const auto& given = results.folder;
    const auto boards = make_boards(results);
    std::vector<std::vector<Comparison>> comparisons;
    for (const auto& board : boards) {
      comparisons.push_back(compare(board));
      text += text_of(board, comparisons.back(), style, text.empty());
    }
    if (out.empty()) continue;
    const fs::path folder = several ? plain(out) / plain(given).filename() : plain(out);
    if (const auto [other, fresh] = seen.emplace(folder, given); !fresh) {
      throw ConfigError(given.string() + ": its report would replace that of " +
                        other->second.string() + " (give them different names, or one --out each)");
    }
    if (several && folder.filename() == "index.html")
      throw ConfigError(given.string() +
                        ": its report would lie where the index is (give the folder another name)");
    entries.push_back(index_entry(results, boards, folder.filename().string()));
    const auto link = plain(given).lexically_relative(folder);
    outputs.push_back({folder, render_page(results, boards, comparisons, link),
                       leaderboard(results, boards, comparisons)});
  }
  for (const auto& output : outputs) {
    write_json(output.folder / "leaderboard.json", output.data);
    write_file_atomically(output.folder / "index.html", output.page);
  }
  if (outputs.size() > 1) write_file_atomically(plain(out) / "index.html", render_index(entries));
  return text;
}

std::string make_reports(const std::vector<fs::path>& folders, const fs::path& out,
                         TableStyle style) {
  std::vector<Results> all;
  for (const auto& folder : folders) all.push_back(load_results(folder));
  return make_reports(all, out, style);
}

}  // namespace lacuna::report
