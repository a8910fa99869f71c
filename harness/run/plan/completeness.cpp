#include "run/plan/completeness.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "support/safe_text.hpp"

namespace lacuna {
namespace {

std::optional<std::int64_t> original_count(const Dataset& dataset, const std::string& split) {
  constexpr std::string_view words = " pictures (the original has ";
  for (const auto& note : dataset.notes()) {
    const auto at = note.find(words);
    if (!note.starts_with(split + ": ") || at == note.npos) continue;
    std::int64_t count = 0;
    const auto* begin = note.data() + at + words.size();
    if (std::from_chars(begin, note.data() + note.size(), count).ec == std::errc()) return count;
  }
  return {};
}

// Pictures of every fine class.
std::vector<std::int64_t> counts_of(const Dataset& dataset, const std::string& split) {
  std::vector<std::int64_t> counts(dataset.taxonomy().fine.size());
  const auto labels = dataset.labels(split);
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    ++counts.at(static_cast<std::size_t>(labels.const_data_ptr<std::int64_t>()[i]));
  return counts;
}

}  // namespace

std::string incompleteness(const Dataset& dataset, const std::string& split) {
  const auto original = original_count(dataset, split);
  if (!original) return "";
  const auto counts = counts_of(dataset, split);
  const auto pictures = dataset.labels(split).numel();
  const auto classes = static_cast<std::int64_t>(counts.size());
  const auto there = classes - std::count(counts.begin(), counts.end(), 0);
  if (pictures == *original && there == classes) return "";
  auto text = fmt::format("{} of {} pictures", grouped(pictures), grouped(*original));
  if (there < classes) text += fmt::format(", {} of {} classes", grouped(there), grouped(classes));
  return text;
}

std::string too_few(const Dataset& dataset, const std::string& split,
                    const std::vector<std::string>& concepts, std::int64_t asked) {
  constexpr std::size_t named = 5;
  const auto counts = counts_of(dataset, split);
  std::size_t few = 0;
  std::string names;
  for (const auto label : fine_labels(dataset.taxonomy(), concepts)) {
    const auto count = counts.at(static_cast<std::size_t>(label));
    if (count >= asked) continue;
    if (few++ < named)
      names += fmt::format("{}{} {}", names.empty() ? "" : ", ",
                           dataset.taxonomy().fine[static_cast<std::size_t>(label)], count);
  }
  if (few == 0) return "";
  return fmt::format("{} of {} concepts have fewer than {} pictures ({}{})", few, concepts.size(),
                     asked, names, few > named ? ", …" : "");
}

}  // namespace lacuna
