#include "run/results/job_result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "run/results/stored_trajectory.hpp"
#include "run/results/stored_value.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

json flips_json(const FlipCounts& flips) {
  json out{{"precision", flips.precision}, {"n", flips.n}, {"fine", flips.fine}};
  if (flips.coarse) out["coarse"] = *flips.coarse;
  return out;
}

FlipCounts read_flips(const JsonView& view) {
  FlipCounts out{view.at("precision").text(), view.at("n").integer(), view.at("fine").integer()};
  if (const auto coarse = view.find("coarse")) out.coarse = coarse->integer();
  const auto within = [&](std::int64_t flips) { return flips >= 0 && flips <= out.n; };
  if (!within(out.fine) || !within(out.coarse.value_or(0)))
    view.fail("more predictions differ than there are");
  return out;
}

// Of all that a score says but the digest itself.
std::string digest_of(json content) {
  content.erase("digest");
  return sha256(json_text(content, -1));
}

void write_score(const JobResult& result, json& out) {
  out["values"] = json::array();
  for (const auto& value : result.values) out["values"].push_back(stored_value_json(value));
  out["outcomes"] = result.outcomes;
  if (!result.per_sample_sha256.empty()) out["per_sample"] = result.per_sample_sha256;
}

void read_score(const JsonView& document, JobResult& out) {
  const auto spec = read_spec<ScoreSpec>(document.at("spec"));
  if (const auto digest = document.at("digest"); digest.text() != digest_of(document.raw()))
    digest.fail("is not that of the values (they were changed after the run)");
  for (const auto& value : document.at("values").items()) {
    out.values.push_back(read_stored_value(value));
    out.values.back().metric = spec.metric.id;
    out.values.back().version = spec.metric.version;
    out.values.back().shipped = !spec.metric.replaced;
  }
  const auto outcomes = document.at("outcomes");
  for (const auto& [key, hash] : outcomes.members()) out.outcomes[key] = hash.text();
  for (const auto& evaluation : spec.evaluations)
    for (const auto& key : {evaluation.before, evaluation.after})
      if (!out.outcomes.contains(key)) outcomes.fail("'" + key + "' is missing");
  if (const auto hash = document.find("per_sample")) out.per_sample_sha256 = hash->text();
}

void read_ok(const JsonView& document, JobResult& out) {
  switch (out.step) {
    case Step::set:
      document.fail("a set has no result");
    case Step::unlearn:
      read_spec<UnlearnSpec>(document.at("spec"));
      out.weights_sha256 = document.at("weights").text();
      break;
    case Step::predict:
      read_spec<PredictSpec>(document.at("spec"));
      out.outcome_sha256 = document.at("outcome").text();
      if (const auto flips = document.find("flips")) out.flips = read_flips(*flips);
      if (const auto words = document.find("incomplete")) out.incomplete = words->text();
      break;
    case Step::score:
      read_score(document, out);
      break;
  }
}

Status status_of(const JsonView& view) {
  const auto name = view.text();
  for (const auto status : {Status::ok, Status::failed, Status::not_applicable})
    if (name == to_string(status)) return status;
  view.fail("'" + name + "' is no status (ok, failed, not_applicable)");
}

void read_other(const JsonView& document, JobResult& out) {
  out.reason = document.at("reason").text();
  if (out.status == Status::failed) out.failure = document.at("failure").text();
  for (const auto* of_an_ok_one : {"weights", "outcome", "values"}) {
    if (const auto found = document.find(of_an_ok_one))
      found->fail(fmt::format("stands in a result that is {}", to_string(out.status)));
  }
}

}  // namespace

void check_results_version(const JsonView& document) {
  if (const auto version = document.at("schema_version"); version.integer() != kResultsVersion)
    version.fail(fmt::format("is {} (this program reads {}: run the suite again)",
                             version.integer(), kResultsVersion));
}

json to_json(const JobResult& result) {
  json out{{"schema_version", kResultsVersion},
           {"key", result.key},
           {"status", to_string(result.status)},
           {"spec", result.spec}};
  if (!result.trajectory.is_null()) out["trajectory"] = result.trajectory;
  if (result.status != Status::ok) {
    out["reason"] = result.reason;
    if (result.status == Status::failed) out["failure"] = result.failure;
    return out;
  }
  if (result.step == Step::unlearn) out["weights"] = result.weights_sha256;
  if (result.step == Step::predict) {
    out["outcome"] = result.outcome_sha256;
    if (result.flips.n > 0) out["flips"] = flips_json(result.flips);
    if (!result.incomplete.empty()) out["incomplete"] = result.incomplete;
  }
  if (result.step == Step::score) {
    write_score(result, out);
    out["digest"] = digest_of(out);
  }
  return out;
}

JobResult read_job_result(const json& content, const std::string& file, Step step,
                          const std::string& key) {
  const JsonView document(content, file);
  check_results_version(document);
  if (const auto stored = document.at("key"); stored.text() != key)
    stored.fail("'" + stored.text() + "' is not the file's name");
  const auto spec = document.at("spec");
  spec.members();
  if (const auto hash = job_key(to_string(step), spec.raw()); hash != key)
    spec.fail("its hash is " + hash + ", not the file's name (it was changed after the run)");
  JobResult out{
      .step = step, .key = key, .spec = spec.raw(), .status = status_of(document.at("status"))};
  if (const auto trajectory = document.find("trajectory")) {
    check_trajectory(*trajectory);
    out.trajectory = trajectory->raw();
  }
  if (out.status == Status::ok) {
    read_ok(document, out);
  } else {
    read_other(document, out);
  }
  return out;
}

}  // namespace lacuna
