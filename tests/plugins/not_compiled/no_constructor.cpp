// An objective that cannot be made of its Params.
// expected: expression 'T(params, rest ...)' is invalid
#include "lacuna/lacuna.hpp"

namespace {

class NoConstructor final : public lacuna::Objective {
 public:
  struct Params {
    double beta = 1;
    void visit(auto&& field) { field("beta", beta, lacuna::Field{}); }
  };
  at::Tensor loss(const lacuna::Batch&, const lacuna::Moment&) override { return {}; }
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<NoConstructor>({.id = "x", .version = "1.0.0", .summary = "x"}))
