#include "run/jobs/specs.hpp"

#include "support/hash.hpp"

namespace lacuna {
namespace {

const char* step_of(const SetSpec&) { return to_string(Step::set); }
const char* step_of(const UnlearnSpec&) { return to_string(Step::unlearn); }
const char* step_of(const PredictSpec&) { return to_string(Step::predict); }
const char* step_of(const ScoreSpec&) { return to_string(Step::score); }

}  // namespace

const char* to_string(Step step) {
  switch (step) {
    case Step::set:
      return "set";
    case Step::unlearn:
      return "unlearn";
    case Step::predict:
      return "predict";
    case Step::score:
      return "score";
  }
  return "?";
}

std::string key_of(const nlohmann::json& identity) { return sha256(identity.dump()).substr(0, 20); }

std::string job_key(const char* step, const nlohmann::json& identity) {
  return key_of({{"step", step}, {"spec", identity}});
}

template <class T>
std::string job_key(const T& spec) {
  return job_key(step_of(spec), to_json(spec, Fields::identity));
}

template std::string job_key(const SetSpec& spec);
template std::string job_key(const UnlearnSpec& spec);
template std::string job_key(const PredictSpec& spec);
template std::string job_key(const ScoreSpec& spec);

}  // namespace lacuna
