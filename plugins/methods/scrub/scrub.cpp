// SCRUB (Kurmanji et al., 2023): away from the original model on what is to be forgotten, towards
// it on retain samples, in turns.
#include <algorithm>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::Question;

// T^2 KL(teacher || student) of logits divided by the temperature T: [R].
at::Tensor softened(const Question& question, double temperature) {
  return temperature * temperature *
         lacuna::kl_divergence(question.teacher() / temperature, question.student() / temperature);
}

struct Away final : lacuna::Objective {
  explicit Away(double of) : temperature(of) {}
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto term = [&](const Question& question) { return softened(question, temperature); };
    return -lacuna::per_sample(batch.forget(), term).mean();
  }
  double temperature;
};

struct Back final : lacuna::Objective {
  Back(double a, double g, double of) : alpha(a), gamma(g), temperature(of) {}
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto term = [&](const Question& question) {
      return alpha * softened(question, temperature) + gamma * lacuna::nll(question);
    };
    return lacuna::per_sample(batch.keep(), term).mean();
  }
  double alpha, gamma, temperature;
};

class Scrub final : public lacuna::Method {
 public:
  struct Params {
    std::int64_t max_epochs = 2;
    double alpha = 0.5, gamma = 1, temperature = 4;
    void visit(auto&& field) {
      field("max_epochs", max_epochs,
            Field{.help = "epochs that begin with a turn over the forgetting set", .min = 0});
      field("alpha", alpha, Field{.help = "weight of the divergence to keep small", .min = 0});
      field("gamma", gamma, Field{.help = "weight of the cross-entropy to keep", .min = 0});
      field("temperature", temperature, Field{.help = "that logits are divided by", .min = 1e-6});
    }
  };
  explicit Scrub(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    const auto turns = std::min(params_.max_epochs, context.epochs());
    Away away(params_.temperature);
    Back back(params_.alpha, params_.gamma, params_.temperature);
    lacuna::TrainState state;  // one optimiser for both, as one run
    lacuna::TrainOptions options{
        .epochs = 1, .checkpoint = "last", .schedule = turns + context.epochs(), .state = &state};
    for (std::int64_t epoch = 0; epoch < context.epochs(); ++epoch) {
      if (epoch < turns) {
        options.name = "max", options.over = lacuna::Over::forget, options.regularised = true;
        context.train(away, options);
      }
      options.name = "min", options.over = lacuna::Over::retain, options.regularised = false;
      context.train(back, options);
    }
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Scrub>(
    {.id = "scrub",
     .version = "1.0.0",
     .summary =
         "SCRUB: turns away from the original on the forget set, towards it on retain samples",
     .citation = "M. Kurmanji, P. Triantafillou, J. Hayes, E. Triantafillou, Towards Unbounded "
                 "Machine Unlearning, NeurIPS 2023, arXiv 2302.09880",
     .needs = {lacuna::Ability::keep, lacuna::Ability::retain}}))
