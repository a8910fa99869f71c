// Saliency unlearning (Fan et al., 2024): random relabelling of the weights that matter most for
// the forget pictures.
#include "../relabelling/random_labels.hpp"
#include "top_mask.hpp"

namespace {

using lacuna::Field;

// Its gradient tells how much a weight matters. From the true labels: nothing is relabelled yet.
struct Ascent final : lacuna::Objective {
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return -lacuna::per_sample(batch.forget(), lacuna::nll).mean();
  }
};

class Salun final : public lacuna::Method {
 public:
  struct Params {
    double fraction = 0.1;
    bool exclude_true = true, mask_decay = true;
    void visit(auto&& field) {
      field("fraction", fraction,
            Field{.help = "share of all weights that train, by one threshold", .min = 0, .max = 1});
      field("exclude_true", exclude_true, Field{.help = "as of relabel"});
      field("mask_decay", mask_decay,
            Field{.help = "the others keep their bytes; false: weight decay moves them, as the "
                          "released code"});
    }
  };
  explicit Salun(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    Ascent ascent;
    auto [mask, kept, threshold] = salun::top_mask(context.gradient(ascent), params_.fraction);
    context.log("salient_weights", static_cast<double>(kept));
    context.log("salient_threshold", threshold);
    relabelling::RandomLabels objective(params_.exclude_true);
    lacuna::TrainOptions options;
    if (params_.mask_decay) {
      options.trainable = std::move(mask);
    } else {
      options.before_step = [&mask](lacuna::NamedTensors& gradients, const lacuna::Moment&) {
        for (auto& [name, gradient] : gradients) gradient.mul_(mask.at(name));
      };
    }
    context.train(objective, options);
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Salun>(
    {.id = "salun",
     .version = "2.0.0",
     .summary = "Saliency unlearning: random relabelling of the weights with the largest gradients",
     .citation = "C. Fan, J. Liu, Y. Zhang et al., SalUn: Empowering Machine Unlearning via "
                 "Gradient-based Weight Saliency in Both Image Classification and Generation, "
                 "ICLR 2024, arXiv 2310.12508"}))
