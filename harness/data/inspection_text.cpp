// An inspection as JSON and as words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/inspection.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const PictureAt& picture) {
  return {{"split", picture.split},
          {"index", picture.index},
          {"file", picture.file.empty() ? ordered_json() : ordered_json(picture.file)},
          {"class", picture.label}};
}

ordered_json json_of(const std::vector<SamePictures>& groups) {
  auto out = ordered_json::array();
  for (const auto& group : groups) {
    auto pictures = ordered_json::array();
    for (const auto& picture : group) pictures.push_back(json_of(picture));
    out.push_back(pictures);
  }
  return out;
}

std::string text_of(const PictureAt& picture) {
  const auto place = fmt::format("{}[{}]", picture.split, picture.index);
  return fmt::format("{} ({})", picture.file.empty() ? place : place + ' ' + picture.file,
                     picture.label);
}

std::string text_of(const SamePictures& group) {
  std::vector<std::string> pictures;
  for (const auto& picture : group) pictures.push_back(text_of(picture));
  return fmt::format("{}", fmt::join(pictures, " = "));
}

// One line a finding, the first `shown` of them.
std::string lines(const std::string& what, std::size_t count, std::size_t shown, auto&& text) {
  std::string out;
  for (std::size_t i = 0; i < std::min(count, shown); ++i)
    out += fmt::format("finding: {}: {}\n", what, one_line(text(i)));
  if (count > shown)
    out += fmt::format("finding: {}: {} more (--json names all)\n", what, count - shown);
  return out;
}

std::string lines(const std::string& what, const std::vector<SamePictures>& groups,
                  std::size_t shown) {
  return lines(what, groups.size(), shown, [&](std::size_t i) { return text_of(groups[i]); });
}

}  // namespace

ordered_json as_json(const Inspection& inspection) {
  ordered_json out{{"splits", ordered_json::object()}, {"notes", inspection.notes}};
  for (const auto& split : inspection.splits)
    out["splits"][split.split] = {{"pictures", split.pictures},
                                  {"fewest_of_a_class", split.fewest},
                                  {"most_of_a_class", split.most},
                                  {"classes_without_pictures", split.empty}};
  out["unreadable"] = ordered_json::array();
  for (const auto& [picture, reason] : inspection.unreadable) {
    auto entry = json_of(picture);
    entry["reason"] = reason;
    out["unreadable"].push_back(entry);
  }
  out["conflicting"] = json_of(inspection.conflicting);
  out["across_splits"] = json_of(inspection.across);
  out["repeated"] = inspection.repeated;
  out["leaks"] = ordered_json::object();
  for (const auto& [name, leaks] : inspection.leaks)
    out["leaks"][name] = {{"trained_and_tested", json_of(leaks.trained_and_tested)},
                          {"forget_and_retain", json_of(leaks.forget_and_retain)}};
  out["kinds"] = inspection.kinds;
  out["findings"] = inspection.findings();
  return out;
}

std::string as_text(const Inspection& inspection, std::size_t shown) {
  std::string out;
  for (const auto& split : inspection.splits) {
    const auto range = split.fewest == split.most
                           ? fmt::format("{}", split.fewest)
                           : fmt::format("{} to {}", split.fewest, split.most);
    out += fmt::format("{}: {}, {} a class\n", one_line(split.split),
                       counted(split.pictures, "picture"), range);
  }
  std::vector<std::string> kinds;
  for (const auto& [kind, count] : inspection.kinds)
    kinds.push_back(fmt::format("{} {}", grouped(count), one_line(kind)));
  if (!kinds.empty()) out += fmt::format("note: files: {}\n", fmt::join(kinds, ", "));
  for (const auto& note : inspection.notes) out += "note: " + one_line(note) + '\n';
  if (inspection.repeated > 0)
    out += fmt::format("note: {} more than once in their split and class\n",
                       inspection.repeated == 1
                           ? "1 picture occurs"
                           : fmt::format("{} pictures occur", inspection.repeated));
  for (const auto& split : inspection.splits) {
    if (split.empty.empty()) continue;
    const auto n = std::min(split.empty.size(), shown);
    out += fmt::format(
        "finding: {}: no picture of {}: {}{}\n", split.split,
        counted(static_cast<std::int64_t>(split.empty.size()), "class", "es"),
        one_line(fmt::format("{}", fmt::join(split.empty.begin(),
                                             split.empty.begin() + static_cast<long>(n), ", "))),
        n < split.empty.size() ? ", …" : "");
  }
  const auto& unreadable = inspection.unreadable;
  out += lines("unreadable", unreadable.size(), shown, [&](std::size_t i) {
    return text_of(unreadable[i].picture) + ": " + unreadable[i].reason;
  });
  out += lines("one picture, several labels", inspection.conflicting, shown);
  out += lines("one picture, several splits", inspection.across, shown);
  for (const auto& [name, leaks] : inspection.leaks) {
    out +=
        lines("forget split " + name + ": trained on and tested", leaks.trained_and_tested, shown);
    out +=
        lines("forget split " + name + ": to forget and to retain", leaks.forget_and_retain, shown);
  }
  return out + counted(inspection.findings(), "finding") + '\n';
}

}  // namespace lacuna
