// Random relabelling (Golatkar et al., 2020; Graves et al., 2021).
#include "../relabelling/random_labels.hpp"

namespace {

using lacuna::Field;

class Relabel final : public relabelling::RandomLabels {
 public:
  struct Params {
    bool exclude_true = true;
    void visit(auto&& field) {
      field(
          "exclude_true", exclude_true,
          Field{.help = "never draw a sample's own label; false: any label, as the released code"});
    }
  };
  explicit Relabel(Params params) : RandomLabels(params.exclude_true) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Relabel>(
    {.id = "relabel",
     .version = "2.0.0",
     .summary = "Random relabelling: fit labels drawn at random once, before training",
     .citation =
         "A. Golatkar, A. Achille, S. Soatto, Eternal Sunshine of the Spotless Net, CVPR 2020; "
         "L. Graves, V. Nagisetty, V. Ganesh, Amnesiac Machine Learning, AAAI 2021, arXiv "
         "2010.10981"}))
