// Gradient ascent that leaves a sample alone once its loss has reached a limit.
#include <lacuna/lacuna.hpp>

class MyMethod final : public lacuna::Objective {
 public:
  struct Params {
    double limit = 4;
    void visit(auto&& field) { field("limit", limit, lacuna::Field{.help = "in nats", .min = 0}); }
  };
  explicit MyMethod(Params params) : params_(params) {}
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return -lacuna::per_sample(batch.forget(), lacuna::nll).clamp_max(params_.limit).mean();
  }

 private:
  Params params_;
};

LACUNA_PLUGIN(lacuna::objective<MyMethod>(
    {.id = "my_method", .version = "1.0.0", .summary = "Gradient ascent up to a limit"}))
