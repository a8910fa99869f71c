#include "run/results/stored_value.hpp"

#include <fmt/format.h>

#include <cmath>

namespace lacuna {
namespace {

using nlohmann::json;

json finite(const std::optional<double>& number) {
  return number && std::isfinite(*number) ? json(*number) : json();
}

std::optional<double> number_or_null(const JsonView& object, const char* key) {
  const auto found = object.find(key);
  return found ? std::optional(found->number()) : std::nullopt;
}

std::string text_or_empty(const JsonView& object, const char* key) {
  const auto found = object.find(key);
  return found ? found->text() : "";
}

void check(const JsonView& view, const StoredValue& value) {
  if (!value.value) {
    if (value.reason.empty()) view.fail("has neither a value nor a reason");
    return;
  }
  if ((value.lower && *value.value < *value.lower - kValueRounding) ||
      (value.upper && *value.value > *value.upper + kValueRounding))
    view.at("value").fail("is outside its own bounds");
  if (!value.count) return;
  const auto [correct, n] = *value.count;
  const double share = n > 0 ? static_cast<double>(correct) / static_cast<double>(n) : 0;
  if (n == 0 || std::abs(*value.value - share) > kValueRounding)
    view.at("value").fail(
        fmt::format("is {}, but its count is [{}, {}]", *value.value, correct, n));
}

}  // namespace

Count read_count(const JsonView& view) {
  const auto pair = view.items();
  if (pair.size() != 2) view.fail("is no [correct, n] pair");
  const Count count{.correct = pair[0].integer(), .n = pair[1].integer()};
  if (count.correct < 0 || count.n < count.correct) view.fail("correct is outside 0..n");
  return count;
}

json stored_value_json(const StoredValue& value) {
  json out{
      {"name", value.name}, {"unit", value.unit}, {"higher_is_better", value.higher_is_better}};
  out["lower"] = finite(value.lower);
  out["upper"] = finite(value.upper);
  out["value"] = finite(value.value);
  if (out["value"].is_null()) {
    out["reason"] = value.value            ? "the value is not finite"
                    : value.reason.empty() ? "undefined"
                                           : value.reason;
  }
  if (value.count) out["count"] = {value.count->correct, value.count->n};
  const std::pair<const char*, const std::string&> words[] = {{"evaluation", value.evaluation},
                                                              {"title", value.title},
                                                              {"group", value.group},
                                                              {"table", value.table},
                                                              {"help", value.help}};
  for (const auto& [name, text] : words)
    if (!text.empty()) out[name] = text;
  if (!value.shown) out["shown"] = false;
  return out;
}

StoredValue read_stored_value(const JsonView& view) {
  StoredValue out;
  out.name = view.at("name").text();
  out.value = number_or_null(view, "value");
  out.reason = text_or_empty(view, "reason");
  out.unit = view.at("unit").text();
  out.higher_is_better = view.at("higher_is_better").boolean();
  out.lower = number_or_null(view, "lower");
  out.upper = number_or_null(view, "upper");
  if (const auto count = view.find("count")) out.count = read_count(*count);
  out.evaluation = text_or_empty(view, "evaluation");
  out.title = text_or_empty(view, "title");
  out.group = text_or_empty(view, "group");
  out.table = text_or_empty(view, "table");
  out.help = text_or_empty(view, "help");
  if (const auto shown = view.find("shown")) out.shown = shown->boolean();
  check(view, out);
  return out;
}

}  // namespace lacuna
