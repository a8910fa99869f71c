#include "run/results/estimate.hpp"

#include "lacuna/error.hpp"
#include "support/files.hpp"
#include "support/json_files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// What of a job decides its cost.
std::string kind_of(Step step, const json& spec) {
  const auto id = [&](const char* part) { return spec.at(part).at("id").get<std::string>(); };
  if (step == Step::unlearn) return id("method");
  return id("dataset") + " " + spec.at("split").get<std::string>();
}

}  // namespace

Estimate::Estimate(StoredJobs& stored) {
  for (const auto& file : json_files(stored.store().folder() / "records")) {
    try {
      const auto record = read_json(file);
      const auto name = record.at("step").get<std::string>();
      const auto seconds = record.at("cost").at("seconds").get<double>();
      for (const auto step : {Step::unlearn, Step::predict}) {
        if (name != to_string(step)) continue;
        const auto key = file.stem().string();
        const auto result = read_json(stored.store().result(step, key), "a result");
        if (result.at("status") != "ok") continue;
        auto& sum = kinds_[{step, kind_of(step, result.at("spec"))}];
        sum.seconds += seconds;
        sum.jobs += 1;
      }
    } catch (const ConfigError&) {
    } catch (const json::exception&) {
    }
  }
}

std::optional<double> Estimate::seconds(const Job& job) const {
  if (job.step() == Step::set || job.step() == Step::score) return 0;
  const auto spec = job.spec_json(Fields::identity);
  Sum sum;
  if (const auto found = kinds_.find({job.step(), kind_of(job.step(), spec)});
      found != kinds_.end()) {
    sum = found->second;
  } else {
    for (const auto& [kind, other] : kinds_) {
      if (kind.first != job.step()) continue;
      sum.seconds += other.seconds;
      sum.jobs += other.jobs;
    }
  }
  if (sum.jobs == 0) return std::nullopt;
  return sum.seconds / sum.jobs;
}

}  // namespace lacuna
