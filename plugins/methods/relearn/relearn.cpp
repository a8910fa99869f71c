// Relearning as an attack: a few samples of what was forgotten, a fixed number of steps. What comes
// back faster than it could be learnt was not gone.
#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

struct Learn final : lacuna::Objective {
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return lacuna::per_sample(batch.forget(), lacuna::nll).mean();
  }
  at::Tensor fitted(const lacuna::Question& question) override { return question.target(); }
};

class Relearn final : public lacuna::Method {
 public:
  struct Params {
    std::int64_t steps = 20;
    void visit(auto&& field) {
      field(
          "steps", steps,
          Field{
              .help = "of the optimiser, each over all samples at once", .min = 1, .max = 100000});
    }
  };
  explicit Relearn(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    Learn objective;
    // A batch is all there is, so a step is an epoch and the budget is kept whatever the suite's
    // batch size. The last step counts: an attacker has no forgetting to select by.
    context.train(objective, {.epochs = params_.steps,
                              .batch_size = context.forget().size,
                              .checkpoint = "last",
                              .regularised = false});
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Relearn>(
    {.id = "relearn",
     .version = "1.0.0",
     .summary = "Attack: learns the forgotten names again from a few samples; unlearns nothing",
     .citation =
         "S. Hu et al., Unlearning or Obfuscating? Jogging the Memory of Unlearned LLMs via "
         "Benign Relearning, ICLR 2025, arXiv 2406.13356; A. Lynch et al., Eight Methods "
         "to Evaluate Robust Unlearning in LLMs, arXiv 2402.16835"}))
