// How far the unlearned model's confidence is from its accuracy on what was to be kept.
#include <algorithm>
#include <cmath>
#include <lacuna/lacuna.hpp>

class Calibration final : public lacuna::Metric {
 public:
  struct Params {
    std::int64_t bins = 15;
    void visit(auto&& field) {
      field("bins", bins, lacuna::Field{.help = "of equal width", .min = 1});
    }
  };
  explicit Calibration(Params params) : bins_(static_cast<std::size_t>(params.bins)) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      out.push_back({.name = prefix + "calibration_error",
                     .higher_is_better = false,
                     .lower = 0,
                     .upper = 1,
                     .title = "ECE",
                     .group = "Calibration",
                     .help = "Expected calibration error of the fine names on the retain images"});
      fill(out.back(), *evaluation);
    }
    return out;
  }

 private:
  // The mean over all rows of the sign of a row's bin, times hit - confidence: the sum over bins of
  // their share times the distance of their means.
  void fill(lacuna::Value& value, const lacuna::Evaluation& evaluation) const {
    const auto rows = lacuna::rows_of(evaluation, lacuna::Group::retain, "fine");
    if (!rows.defined() || !rows.any().item<bool>()) {
      value.reason = "no retain images in this evaluation";
      return;
    }
    const auto of_rows = [&](const at::Tensor& all) { return all.masked_select(rows); };
    const auto& after = evaluation.after;
    const auto target = of_rows(lacuna::find_asked(evaluation, "fine")->target);
    const auto hit = of_rows(after.at("fine/predicted")).eq(target).to(at::kDouble);
    // -nll is log p of the target; where that is not the best, the best is -margin above it.
    const auto nll = of_rows(after.at("fine/nll")), margin = of_rows(after.at("fine/margin"));
    const auto confidence = (-nll - margin.clamp_max(0)).exp().to(at::kDouble);
    const auto difference = (hit - confidence).contiguous();
    std::vector<std::size_t> bin;
    std::vector<double> sum(bins_);
    for (std::int64_t i = 0; i < difference.numel(); ++i) {
      const auto place = confidence[i].item<double>() * static_cast<double>(bins_);
      bin.push_back(std::min(bins_ - 1, static_cast<std::size_t>(place)));
      sum[bin.back()] += difference.data_ptr<double>()[i];
    }
    value.value = 0;
    for (const double one : sum) *value.value += std::abs(one) / static_cast<double>(bin.size());
    value.evaluation = evaluation.id;
    for (std::size_t i = 0; i < bin.size(); ++i)
      value.per_sample.push_back((sum[bin[i]] < 0 ? -1 : 1) * difference.data_ptr<double>()[i]);
  }

  std::size_t bins_;
};

LACUNA_PLUGIN(lacuna::metric<Calibration>(
    {.id = "calibration",
     .version = "1.0.0",
     .summary = "Expected calibration error on the retain pictures",
     .citation = "C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017",
     .authors = "A. Stranger",
     .address = "https://example.org/calibration",
     .reads = {lacuna::Role::in_domain},
     .columns = {"fine/predicted", "fine/nll", "fine/margin"}}))
