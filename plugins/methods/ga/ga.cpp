// Gradient ascent on the forget samples' own labels (Golatkar et al., 2020; Jang et al., 2023).
#include "lacuna/lacuna.hpp"

namespace {

class Ga final : public lacuna::Objective {
 public:
  using Params = lacuna::NoParams;
  explicit Ga(Params) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return -lacuna::per_sample(batch.forget(), lacuna::nll).mean();
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Ga>(
    {.id = "ga",
     .version = "2.0.0",
     .summary = "Gradient ascent: minus the cross-entropy of the forget samples",
     .citation =
         "A. Golatkar, A. Achille, S. Soatto, Eternal Sunshine of the Spotless Net, CVPR 2020; "
         "J. Jang et al., Knowledge Unlearning for Mitigating Privacy Risks in Language "
         "Models, ACL 2023, arXiv 2210.01504"}))
