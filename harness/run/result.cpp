#include "run/result.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/cell.hpp"
#include "run/store.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

std::string pair_text(const Count& count) {
  return fmt::format("[{}, {}]", count.correct, count.n);
}

Count read_count(const JsonView& view) {
  const auto pair = view.items();
  if (pair.size() != 2) view.fail("is no [correct, n] pair");
  const Count count{.correct = pair[0].integer(), .n = pair[1].integer()};
  if (count.correct < 0 || count.n < count.correct) view.fail("correct is outside 0..n");
  return count;
}

// What was to be forgotten and what was to be kept are all there is.
void check_sums(const JsonView& view, const Counts& counts) {
  const auto& all = counts.at("all");
  if (!counts.contains("forget") && !counts.contains("retain")) return;
  for (const auto& [level, whole] : all) {
    Count sum;
    for (const auto& [group, levels] : counts) {
      const auto found = levels.find(level);
      if (group == "all" || found == levels.end()) continue;
      sum.correct += found->second.correct;
      sum.n += found->second.n;
    }
    if (sum != whole)
      view.at("all").at(level).fail(
          fmt::format("is {}, but the groups add up to {}", pair_text(whole), pair_text(sum)));
  }
}

std::optional<double> number_or_null(const JsonView& object, const char* key) {
  const auto found = object.find(key);
  return found ? std::optional(found->number()) : std::nullopt;
}

void check_texts(const JsonView& list) {
  for (const auto& one : list.items()) one.text();
}

StoredMetric read_metric(const JsonView& view) {
  StoredMetric metric{.name = view.at("name").text(), .value = number_or_null(view, "value")};
  if (const auto reason = view.find("reason")) metric.reason = reason->text();
  if (const auto unit = view.find("unit")) metric.unit = unit->text();
  if (const auto direction = view.find("higher_is_better"))
    metric.higher_is_better = direction->boolean();
  if (const auto plugin = view.find("metric")) metric.metric = plugin->text();
  if (const auto version = view.find("version")) metric.version = version->text();
  if (!metric.value && metric.reason.empty()) view.fail("has neither a value nor a reason");
  constexpr double rounding = 1e-9;
  const auto lower = number_or_null(view, "lower"), upper = number_or_null(view, "upper");
  if (metric.value && ((lower && *metric.value < *lower - rounding) ||
                       (upper && *metric.value > *upper + rounding)))
    view.at("value").fail("is outside its own bounds");
  return metric;
}

void read_metrics(const JsonView& document, Result& out) {
  if (const auto metrics = document.find("metrics")) {
    for (const auto& metric : metrics->items()) out.metrics.push_back(read_metric(metric));
  }
  const auto plugins = document.find("metric_plugins");
  if (!plugins) return;
  for (const auto& plugin : plugins->items()) {
    const auto id = plugin.at("id").text();
    plugin.at("version").text();
    plugin.at("binary").text();
    plugin.at("params").members();
    const auto shipped = plugin.find("shipped");
    if (shipped && !shipped->boolean()) out.replaced_metrics.push_back(id);
  }
}

// There are many steps, so a view of one is made only to say what is wrong with it.
void check_steps(const JsonView& steps) {
  const auto sound = [](const json& step) {
    return step.is_object() && step.contains("step") && step.at("step").is_number() &&
           std::all_of(step.begin(), step.end(),
                       [](const json& value) { return value.is_number() || value.is_null(); });
  };
  if (steps.raw().is_array() && std::all_of(steps.raw().begin(), steps.raw().end(), sound)) return;
  for (const auto& step : steps.items()) {
    step.at("step").number();
    for (const auto& [name, value] : step.members())
      if (!value.raw().is_null()) value.number();
  }
}

void read_trajectory(const JsonView& view, Result& out) {
  if (const auto kept = view.find("kept_epoch")) out.kept_epoch = kept->integer();
  if (const auto fewer = view.find("fewer_samples")) {
    for (const auto& [name, count] : fewer->members()) out.fewer_samples[name] = count.integer();
  }
  if (const auto log = view.find("log")) log->members();
  if (const auto epochs = view.find("epochs")) {
    for (const auto& epoch : epochs->items()) epoch.members();
  }
  const auto steps = view.find("steps");
  if (!steps) return;
  check_steps(*steps);
  for (const auto& step : steps->raw()) {
    TrajectoryPoint point{.step = step.at("step").get<double>()};
    const auto number = [&](const char* key) {
      const auto found = step.find(key);
      return found == step.end() || found->is_null() ? std::optional<double>()
                                                     : found->get<double>();
    };
    point.loss = number("loss");
    point.forget_accuracy = number("forget_accuracy");
    out.trajectory.push_back(point);
  }
}

void read_flips(const JsonView& view, Result& out) {
  for (const auto& [evaluation, of] : view.members()) {
    StoredFlips flips{of.at("precision").text(), of.at("n").integer(), of.at("fine").integer()};
    const auto coarse = of.find("coarse");
    if (flips.fine < 0 || flips.fine > flips.n ||
        (coarse && (coarse->integer() < 0 || coarse->integer() > flips.n)))
      of.fail("more predictions differ than there are");
    out.flips[evaluation] = flips;
  }
}

Status status_of(const JsonView& view) {
  const std::string name = view.text();
  for (const auto status : {Status::ok, Status::failed, Status::not_applicable})
    if (name == to_string(status)) return status;
  view.fail("'" + name + "' is no status (ok, failed, not_applicable)");
}

// What was asked. The file's name is its hash, so nothing in it can be changed unnoticed.
void read_cell_section(const JsonView& what, Result& out) {
  const auto part = [&](const char* name) {
    const auto found = what.find(name);
    return found ? found->raw() : json();
  };
  const auto object = [&](const char* name) {
    const auto found = what.at(name);
    found.members();
    return found.raw();
  };
  out.model = object("model");
  out.request = object("request");
  out.method = object("method");
  out.training = part("training");
  if (const auto hash = cell_key(what.raw()); hash != out.key)
    what.fail("its hash is " + hash + ", not the file's name (it was changed after the run)");
  if (const auto evaluations = what.find("evaluations")) {
    for (const auto& one : evaluations->items()) {
      out.evaluations.push_back(one.at("id").text());
      out.roles[out.evaluations.back()] = one.at("role").text();
    }
  }
}

void check_evaluations(const JsonView& counts, const Result& result) {
  for (const auto& [id, role] : result.roles)
    if (!result.counts.contains(id)) counts.fail("the evaluation '" + id + "' is missing");
  for (const auto& [id, groups] : result.counts)
    if (!result.roles.contains(id)) counts.at(id).fail("is no evaluation of this cell");
}

void read_ok(const JsonView& document, Result& out) {
  const auto counts = document.at("counts");
  out.counts = read_counts(counts);
  check_evaluations(counts, out);
  read_metrics(document, out);
  const auto predictions = document.find("predictions");
  if (!predictions) return;
  const auto file = predictions->at("file");
  if (const auto own = Store::relative_predictions(out.key); file.text() != own)
    file.fail("'" + file.text() + "' is not this cell's (" + own + ")");
  out.predictions_sha256 = predictions->at("sha256").text();
}

void read_other(const JsonView& document, Result& out) {
  out.reason = document.at("reason").text();
  if (out.status == Status::failed) out.failure = document.at("failure").text();
  for (const auto* of_an_ok_one : {"counts", "metrics", "predictions"}) {
    if (const auto found = document.find(of_an_ok_one))
      found->fail(fmt::format("stands in a cell that is {}", to_string(out.status)));
  }
}

}  // namespace

const char* to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::failed:
      return "failed";
    case Status::not_applicable:
      return "not_applicable";
    case Status::missing:
      return "missing";
  }
  return "missing";
}

Count count_of(const CountsByEvaluation& counts, const std::string& evaluation,
               const std::string& group, const std::string& level) {
  const auto by_group = counts.find(evaluation);
  if (by_group == counts.end()) return {};
  const auto by_level = by_group->second.find(group);
  if (by_level == by_group->second.end()) return {};
  const auto found = by_level->second.find(level);
  return found == by_level->second.end() ? Count{} : found->second;
}

GroupCounts group_counts(const CountsByEvaluation& counts, const std::string& evaluation) {
  return {.forget_fine = count_of(counts, evaluation, "forget", "fine"),
          .forget_coarse = count_of(counts, evaluation, "forget", "coarse"),
          .retain_fine = count_of(counts, evaluation, "retain", "fine"),
          .retain_coarse = count_of(counts, evaluation, "retain", "coarse"),
          .forgotten_coarse = count_of(counts, evaluation, "forgotten_coarse", "coarse")};
}

CountsByEvaluation read_counts(const JsonView& view) {
  CountsByEvaluation out;
  for (const auto& [evaluation, groups] : view.members()) {
    auto& counts = out[evaluation];
    for (const auto& [group, levels] : groups.members()) {
      levels.only({"fine", "coarse"});
      for (const auto& [level, count] : levels.members()) counts[group][level] = read_count(count);
    }
    groups.only({"forget", "retain", "all", "forgotten_coarse"});
    groups.at("all");
    check_sums(groups, counts);
  }
  return out;
}

bool is_key(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
  });
}

Result read_result(const json& content, const std::string& file, const std::string& key) {
  const JsonView document(content, file);
  if (const auto version = document.at("schema_version"); version.integer() != 1)
    version.fail("this program reads version 1");
  Result out{.key = key, .status = status_of(document.at("status"))};
  if (const auto stored = document.at("key"); stored.text() != key)
    stored.fail("'" + stored.text() + "' is not the file's name");
  read_cell_section(document.at("cell"), out);
  if (out.status == Status::ok) {
    read_ok(document, out);
  } else {
    read_other(document, out);
  }
  if (const auto flips = document.find("flips")) read_flips(*flips, out);
  if (const auto trajectory = document.find("trajectory")) read_trajectory(*trajectory, out);
  if (const auto incomplete = document.find("incomplete")) {
    for (const auto& [id, words] : incomplete->members()) words.text();
  }
  if (const auto matching = document.find("matching")) {
    for (const auto& [id, lists] : matching->members())
      for (const auto& [name, list] : lists.members()) check_texts(list);
  }
  return out;
}

}  // namespace lacuna
