// An objective that forgot its Params.
// expected: no type named 'Params'
#include "lacuna/lacuna.hpp"

namespace {

class NoParams final : public lacuna::Objective {
 public:
  at::Tensor loss(const lacuna::Batch&, const lacuna::Moment&) override { return {}; }
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<NoParams>({.id = "x", .version = "1.0.0", .summary = "x"}))
