// Quantisation as an attack (Z. Zhang et al., 2025): what unlearning changed by less than half a
// step of the grid is undone by rounding to it. Nothing is trained, no sample is looked at.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

// Symmetric round-to-nearest, a scale a row (an output channel of a convolution). In float64: so
// the largest entry of a row comes out as it went in, and rounding twice changes nothing.
at::Tensor rounded(const at::Tensor& weight, std::int64_t bits) {
  const auto rows = weight.to(at::kDouble).flatten(1);
  const auto most = static_cast<double>((std::int64_t{1} << (bits - 1)) - 1);
  const auto step = rows.abs().amax({1}, /*keepdim=*/true) / most;
  const auto grid = (rows / step).round().clamp(-most, most) * step;
  return at::where(step.gt(0), grid, rows).view_as(weight);  // a row of zeros has no step
}

class Quantise final : public lacuna::Method {
 public:
  struct Params {
    std::int64_t bits = 8;
    void visit(auto&& field) {
      field("bits", bits,
            Field{.help = "of a weight: 2^bits - 1 levels a row", .min = 2, .max = 16});
    }
  };
  explicit Quantise(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    const at::NoGradGuard no_grad;
    std::int64_t quantised = 0;
    for (auto& [name, weight] : context.weights()) {
      if (weight.dim() < 2) continue;  // biases, norms, the logit scale
      weight.copy_(rounded(weight, params_.bits));
      quantised += weight.numel();
    }
    context.log("quantised_weights", static_cast<double>(quantised));
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Quantise>(
    {.id = "quantise",
     .version = "1.0.0",
     .summary = "Attack: rounds the weight matrices to a few bits; unlearns nothing",
     .citation = "Z. Zhang et al., Catastrophic Failure of LLM Unlearning via Quantization, ICLR "
                 "2025, arXiv 2410.16454"}))
