// An objective whose Params say nothing of their fields.
// expected: expression 'params.visit(<lambda>)' is invalid
#include "lacuna/lacuna.hpp"

namespace {

class NoVisit final : public lacuna::Objective {
 public:
  struct Params {
    double beta = 1;
  };
  explicit NoVisit(Params) {}
  at::Tensor loss(const lacuna::Batch&, const lacuna::Moment&) override { return {}; }
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<NoVisit>({.id = "x", .version = "1.0.0", .summary = "x"}))
