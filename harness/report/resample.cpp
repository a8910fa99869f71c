#include "report/resample.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <boost/random/binomial_distribution.hpp>
#include <boost/random/mersenne_twister.hpp>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "report/scores.hpp"
#include "support/hash.hpp"

namespace lacuna::report {
namespace {

constexpr int resamples = 2000;
constexpr double needed = 0.95 * resamples;  // of them, for an interval

using Generator = boost::random::mt19937_64;

// What all models made of one picture, one character a fact: its groups, then "fine right" and
// "coarse right" of every model. Pictures of equal outcome are exchangeable, so they are counted.
using Outcomes = std::map<std::string, std::int64_t>;

constexpr std::size_t groups = 2;  // characters: fine to be forgotten, coarse to be forgotten

std::vector<const EvaluationPredictions*> evaluation_of_all(
    const std::vector<const std::vector<EvaluationPredictions>*>& models, const std::string& id) {
  std::vector<const EvaluationPredictions*> out;
  for (const auto* model : models) {
    const auto found = std::find_if(model->begin(), model->end(),
                                    [&](const auto& evaluation) { return evaluation.id == id; });
    if (found == model->end()) return {};
    if (!out.empty() &&
        found->predictions.fine_target.size(0) != out.front()->predictions.fine_target.size(0))
      return {};
    out.push_back(&*found);
  }
  return out;
}

Outcomes outcomes_of(const std::vector<const EvaluationPredictions*>& models) {
  const auto& first = models.front()->predictions;
  const auto n = first.fine_target.size(0);
  const auto none = at::zeros({n}, at::kBool);
  std::vector<at::Tensor> facts{first.forget,
                                first.forget_coarse.defined() ? first.forget_coarse : none};
  for (const auto* model : models) {
    const auto& it = model->predictions;
    facts.push_back(it.fine_predicted.eq(it.fine_target));
    facts.push_back(it.coarse_predicted.defined() ? it.coarse_predicted.eq(it.coarse_target)
                                                  : none);
  }
  const auto table = at::stack(facts, 1).to(at::kByte).contiguous();  // [N, facts]
  const auto* row = table.const_data_ptr<std::uint8_t>();
  Outcomes out;
  for (std::int64_t i = 0; i < n; ++i, row += facts.size())
    ++out[std::string(row, row + facts.size())];
  return out;
}

// As many pictures of every group, drawn anew: a multinomial, one outcome after another.
Outcomes drawn(const Outcomes& outcomes, Generator& generator) {
  std::map<std::string, std::int64_t> left;
  for (const auto& [outcome, count] : outcomes) left[outcome.substr(0, groups)] += count;
  auto pool = left;  // pictures whose outcomes are still to come
  Outcomes out;
  for (const auto& [outcome, count] : outcomes) {
    const auto group = outcome.substr(0, groups);
    auto& rest = left[group];
    const double share = static_cast<double>(count) / static_cast<double>(pool[group]);
    const auto taken =
        share >= 1 ? rest
                   : boost::random::binomial_distribution<std::int64_t>(rest, share)(generator);
    pool[group] -= count;
    rest -= taken;
    out[outcome] = taken;
  }
  return out;
}

GroupCounts counts_of(const Outcomes& outcomes, std::size_t model, bool hierarchical) {
  GroupCounts counts;
  const auto add = [](Count& count, std::int64_t n, bool right) {
    count.n += n;
    if (right) count.correct += n;
  };
  for (const auto& [outcome, n] : outcomes) {
    const bool fine = outcome[groups + 2 * model], coarse = outcome[groups + 2 * model + 1];
    add(outcome[0] ? counts.forget_fine : counts.retain_fine, n, fine);
    if (!hierarchical) continue;
    add(outcome[1]   ? counts.forgotten_coarse
        : outcome[0] ? counts.forget_coarse
                     : counts.retain_coarse,
        n, coarse);
  }
  return counts;
}

// Means over the seeds, of the scores that are defined for all of them.
std::map<std::string, double> scores_of(const Outcomes& outcomes, std::size_t seeds,
                                        bool hierarchical) {
  const auto before = counts_of(outcomes, 0, hierarchical);
  std::map<std::string, double> sums;
  std::map<std::string, std::size_t> defined;
  for (std::size_t seed = 1; seed <= seeds; ++seed) {
    const auto after = counts_of(outcomes, seed, hierarchical);
    const auto quality = forgetting_quality(before, after), kept = utility(before, after);
    for (const auto& [name, score] : {std::pair("quality", quality), std::pair("utility", kept),
                                      std::pair("q_u", q_u(quality, kept))}) {
      if (!score.value) continue;
      sums[name] += *score.value / static_cast<double>(seeds);
      ++defined[name];
    }
  }
  std::erase_if(sums, [&](const auto& entry) { return defined[entry.first] < seeds; });
  return sums;
}

double fine_accuracy(const Outcomes& outcomes, std::size_t seeds) {
  std::int64_t right = 0, all = 0;
  for (const auto& [outcome, n] : outcomes) {
    all += n;
    for (std::size_t seed = 1; seed <= seeds; ++seed) right += n * outcome[groups + 2 * seed];
  }
  return static_cast<double>(right) / static_cast<double>(all * static_cast<std::int64_t>(seeds));
}

void add_interval(std::map<std::string, Interval>& out, const std::string& name,
                  std::vector<double>& values) {
  if (static_cast<double>(values.size()) >= needed) out[name] = middle(values);
}

}  // namespace

const std::vector<EvaluationPredictions>* PredictionFiles::of(const Cell& cell) {
  if (const auto found = read_.find(cell.key); found != read_.end()) return &found->second;
  const auto path = results_ / "predictions" / (cell.key + ".safetensors");
  if (cell.predictions_sha256.empty() || !std::filesystem::exists(path)) return nullptr;
  if (sha256_file(path) != cell.predictions_sha256) {
    throw ConfigError(path.string() +
                      ": is not what its cell was counted from (run the suite again)");
  }
  return &read_.emplace(cell.key, load_predictions(path)).first->second;
}

std::map<std::string, Interval> picture_intervals(const Board& board, const Row& row,
                                                  PredictionFiles& files) {
  std::map<std::string, Interval> out;
  std::vector<const std::vector<EvaluationPredictions>*> models;
  std::string keys;
  const auto add_model = [&](const Cell& cell) {
    models.push_back(files.of(cell));
    keys += cell.key + " ";
  };
  add_model(*board.original.runs.front().cell);
  for (const auto& run : row.runs) {
    if (run.cell->status == Status::ok) add_model(*run.cell);
  }
  const auto seeds = models.size() - 1;
  if (seeds == 0 || std::find(models.begin(), models.end(), nullptr) != models.end()) return out;

  const auto generator_for = [&](const std::string& purpose) {
    return Generator(derive_seed(0, keys + purpose));
  };
  const auto in_domain = ids_of(board.evaluations, Role::in_domain);
  std::vector<Outcomes> suites;
  for (const auto& evaluation : board.evaluations) {
    const auto of_all = evaluation_of_all(models, evaluation.id);
    if (of_all.empty()) continue;
    const auto outcomes = outcomes_of(of_all);
    if (evaluation.role == Role::zero_shot) {
      suites.push_back(outcomes);
      continue;
    }
    const bool main = !in_domain.empty() && evaluation.id == in_domain.front();
    if (evaluation.role == Role::in_domain && !main) continue;
    const bool hierarchical = of_all.front()->predictions.taxonomy.hierarchical();
    auto generator = generator_for(evaluation.id);
    std::map<std::string, std::vector<double>> values;
    for (int i = 0; i < resamples; ++i) {
      for (const auto& [name, value] : scores_of(drawn(outcomes, generator), seeds, hierarchical))
        values[name].push_back(value);
    }
    for (auto& [name, all] : values)
      add_interval(out, main ? name : evaluation.id + "/" + name, all);
  }
  if (!suites.empty() && suites.size() == ids_of(board.evaluations, Role::zero_shot).size()) {
    auto generator = generator_for("zero_shot");
    std::vector<double> means;
    for (int i = 0; i < resamples; ++i) {
      double sum = 0;
      for (const auto& suite : suites) sum += fine_accuracy(drawn(suite, generator), seeds);
      means.push_back(sum / static_cast<double>(suites.size()));
    }
    add_interval(out, "zero_shot", means);
  }
  return out;
}

}  // namespace lacuna::report
