// A merge list in the form of CLIP's own and as long, from the few of its merges that are kept in
// tests/model/golden/merges.json: golden strings get the ids that they have with CLIP's.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"

namespace lacuna::testing {

struct ClipMerges {
  std::vector<std::pair<std::string, std::string>> all;
  std::vector<std::size_t> kept;  // the ranks of CLIP's own, ascending
};

// At every other rank stands a merge that never applies: its left part ends a word.
inline ClipMerges clip_merges() {
  const auto golden =
      read_json(std::filesystem::path(LACUNA_SOURCE_DIR) / "tests/model/golden/merges.json");
  std::vector<std::string> letters;
  for (char c = '!'; c <= '~'; ++c) letters.emplace_back(1, c);
  for (int c = 0xA1; c <= 0xFF; ++c)  // as UTF-8; all bytes but some stand for themselves
    if (c != 0xAD)
      letters.push_back({static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))});
  ClipMerges out;
  std::size_t idle = 0;
  const auto add_idle = [&] {
    const auto& left = letters[idle / 2 / letters.size()];
    const auto& right = letters[idle / 2 % letters.size()];
    out.all.emplace_back(left + "</w>", idle % 2 == 0 ? right : right + "</w>");
    ++idle;
  };
  for (const auto& [rank, left, right] :
       golden.at("merges").get<std::vector<std::tuple<std::size_t, std::string, std::string>>>()) {
    while (out.all.size() < rank) add_idle();
    out.kept.push_back(rank);
    out.all.emplace_back(left, right);
  }
  while (out.all.size() < golden.at("count").get<std::size_t>()) add_idle();
  return out;
}

// As OpenAI publishes its list: gzip, a header, a merge a line.
inline void write_clip_merges(const std::filesystem::path& path) {
  std::string text = "#version: 0.2\n";
  for (const auto& [left, right] : clip_merges().all)
    text.append(left).append(" ").append(right) += '\n';
  std::filesystem::create_directories(path.parent_path());
  const auto file = gzopen(path.c_str(), "wb");
  const bool written =
      file != nullptr && gzwrite(file, text.data(), static_cast<unsigned>(text.size())) ==
                             static_cast<int>(text.size());
  if (gzclose(file) != Z_OK || !written)
    throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace lacuna::testing
