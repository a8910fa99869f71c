// A suite's published tables, as its plan carries them.
#include <fmt/ranges.h>

#include <algorithm>

#include "run/plan/plan.hpp"
#include "run/results/published_table.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

std::vector<std::string> requests_of(const PublishedTable& table) {
  std::vector<std::string> out;
  for (const auto& board : table.boards) out.push_back(board.request);
  return out;
}

void refuse_unknown(const std::string& name, const std::vector<std::string>& known,
                    const std::string& what) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  throw ConfigError(fmt::format("{}{}", what, did_you_mean(name, known)));
}

json mapped_requests(const Suite& suite, const PublishedUse& use, const PublishedTable& table) {
  std::vector<std::string> ours;
  for (const auto& request : suite.requests) ours.push_back(request.id);
  for (const auto& [mine, theirs] : use.requests) {
    refuse_unknown(mine, ours, fmt::format("requests: '{}': no such request", mine));
    refuse_unknown(theirs, requests_of(table),
                   fmt::format("requests.{}: '{}': the table has no such request", mine, theirs));
  }
  json out = json::object();
  for (const auto& id : ours) {
    const auto named = use.requests.find(id);
    const auto& theirs = named == use.requests.end() ? id : named->second;
    if (table.board(theirs)) out[id] = theirs;
  }
  if (out.empty()) {
    throw ConfigError(
        fmt::format("none of its requests ({}) is one of the suite (name them under 'requests')",
                    fmt::join(requests_of(table), ", ")));
  }
  return out;
}

json mapped_labels(const PublishedUse& use, const PublishedTable& table,
                   const std::vector<std::string>& ours) {
  std::vector<std::string> theirs;
  for (const auto& board : table.boards) {
    for (const auto& row : board.rows) theirs.push_back(row.label);
  }
  for (const auto& [mine, named] : use.labels) {
    refuse_unknown(mine, ours, fmt::format("labels: '{}': no such label", mine));
    refuse_unknown(named, theirs,
                   fmt::format("labels.{}: '{}': the table has no such row", mine, named));
  }
  json out = json::object();
  for (const auto& label : ours) {
    const auto named = use.labels.find(label);
    const auto& row = named == use.labels.end() ? label : named->second;
    if (std::find(theirs.begin(), theirs.end(), row) != theirs.end()) out[label] = row;
  }
  return out;
}

}  // namespace

json published_tables(const Suite& suite, const std::vector<std::string>& labels) {
  auto out = json::array();
  for (std::size_t i = 0; i < suite.published.size(); ++i) {
    at_place(suite, fmt::format("published[{}]", i), [&] {
      const auto& use = suite.published[i];
      const auto content = read_json(use.file, "a table of published numbers");
      const auto table = published_table_from(content, use.file.string());
      out.push_back({{"file", use.file.filename().string()},
                     {"sha256", sha256_file(use.file)},
                     {"requests", mapped_requests(suite, use, table)},
                     {"labels", mapped_labels(use, table, labels)},
                     {"content", content}});
    });
  }
  return out;
}

}  // namespace lacuna
