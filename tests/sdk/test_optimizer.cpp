// The one file of the project that includes torch/torch.h: it compares AdamW with LibTorch's own.
#include <torch/torch.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "lacuna/error.hpp"
#include "lacuna/optimizer.hpp"
#include "lacuna/random.hpp"

using Catch::Matchers::Message;
using Catch::Matchers::WithinAbs;

namespace {

using Tensors = std::vector<at::Tensor>;

constexpr lacuna::AdamWOptions options{
    .learning_rate = 1e-2, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-6, .weight_decay = 0.1};

Tensors parameters() {
  auto generator = lacuna::make_generator(1, "test");
  Tensors all{at::randn({5, 7}, generator, at::kFloat), at::randn({3}, generator, at::kFloat),
              at::randn({}, generator, at::kFloat),
              at::randn({2, 3, 4, 4}, generator, at::kFloat).to(at::MemoryFormat::ChannelsLast)};
  for (auto& tensor : all) tensor.requires_grad_();
  return all;
}

// Gradients of step `step`, the same for whoever asks.
void set_gradients(Tensors& tensors, int step) {
  auto generator = lacuna::make_generator(static_cast<std::uint64_t>(step), "gradient");
  for (auto& tensor : tensors)
    tensor.mutable_grad() = at::randn(tensor.sizes(), generator, at::kFloat);
}

double farthest(const Tensors& a, const Tensors& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, (a[i] - b[i]).detach().abs().max().item<double>());
  return most;
}

}  // namespace

TEST_CASE("optimizer: AdamW equals torch::optim::AdamW") {
  auto ours = parameters(), theirs = parameters();
  lacuna::AdamW fused(ours, options);
  torch::optim::AdamW reference(theirs, torch::optim::AdamWOptions(options.learning_rate)
                                            .betas({options.beta1, options.beta2})
                                            .eps(options.eps)
                                            .weight_decay(options.weight_decay));
  for (int step = 0; step < 20; ++step) {
    if (step == 10) {
      fused.set_learning_rate(3e-3);
      static_cast<torch::optim::AdamWOptions&>(reference.param_groups()[0].options()).lr(3e-3);
    }
    set_gradients(ours, step);
    set_gradients(theirs, step);
    fused.step();
    reference.step();
  }
  CHECK(farthest(ours, parameters()) > 0.05);
  CHECK(farthest(ours, theirs) < 2e-6);
}

TEST_CASE("optimizer: a parameter without gradient is treated as having a zero one") {
  auto without = parameters(), zero = parameters();
  lacuna::AdamW first(without, options), second(zero, options);
  set_gradients(without, 0);
  set_gradients(zero, 0);
  first.step();
  second.step();
  first.zero_grad();
  for (const auto& tensor : without) CHECK_FALSE(tensor.grad().defined());
  for (auto& tensor : zero) tensor.mutable_grad().zero_();
  first.step();
  second.step();
  CHECK(farthest(without, zero) == 0);
}

TEST_CASE("optimizer: the state goes through a checkpoint") {
  auto straight = parameters(), resumed = parameters();
  lacuna::AdamW whole(straight, options);
  for (int step = 0; step < 6; ++step) {
    set_gradients(straight, step);
    whole.step();
  }
  Tensors state;
  {
    lacuna::AdamW half(resumed, options);
    for (int step = 0; step < 3; ++step) {
      set_gradients(resumed, step);
      half.step();
    }
    state = half.state();
    set_gradients(resumed, 99);  // what is saved does not follow the optimiser any more
    const auto kept = state[0].clone();
    half.step();
    CHECK(at::equal(state[0], kept));
  }
  auto again = parameters();
  lacuna::AdamW rest(again, options);
  for (int step = 0; step < 3; ++step) {
    set_gradients(again, step);
    rest.step();
  }
  lacuna::AdamW fresh(again, options);
  fresh.load_state(state);
  for (int step = 3; step < 6; ++step) {
    set_gradients(again, step);
    fresh.step();
  }
  CHECK(farthest(again, straight) == 0);
}

TEST_CASE("optimizer: a state of another shape is refused and nothing of it taken") {
  auto tensors = parameters();
  lacuna::AdamW adamw(tensors, options);
  set_gradients(tensors, 0);
  adamw.step();
  auto state = adamw.state();
  const auto before = adamw.state();
  state.pop_back();
  CHECK_THROWS_MATCHES(adamw.load_state(state), lacuna::Error,
                       Message("AdamW: a state of 11 tensors (expected 12)"));
  state = adamw.state();
  state[0].zero_();
  state[5] = at::zeros({4});
  CHECK_THROWS_MATCHES(
      adamw.load_state(state), lacuna::Error,
      Message("AdamW: tensor 5 of the state has another shape than its parameter"));
  CHECK(farthest(adamw.state(), before) == 0);
}

TEST_CASE("optimizer: only dense float32 leaves that require grad") {
  const auto message = Message("AdamW: parameter 0 is not a dense float32 leaf that requires grad");
  const auto make = [](const at::Tensor& tensor) { return lacuna::AdamW({tensor}, options); };
  CHECK_THROWS_MATCHES(make(at::zeros({2})), lacuna::Error, message);
  CHECK_THROWS_MATCHES(make(at::zeros({2}, at::kBFloat16).requires_grad_()), lacuna::Error,
                       message);
  CHECK_THROWS_MATCHES(make(at::zeros({2}).requires_grad_() * 2), lacuna::Error, message);
  CHECK_THROWS_MATCHES(make(at::zeros({1}).expand({3}).detach().requires_grad_()), lacuna::Error,
                       message);
}

TEST_CASE("optimizer: cosine factors are those of the protocol") {
  const std::vector<double> eight{1, .9619, .8536, .6913, .5, .3087, .1464, .0381};
  for (std::size_t i = 0; i < eight.size(); ++i)
    CHECK_THAT(lacuna::cosine_factor(static_cast<std::int64_t>(i), 8), WithinAbs(eight[i], 5e-5));
  const std::vector<double> six{1, .933, .75, .5, .25, .067};
  for (std::size_t i = 0; i < six.size(); ++i)
    CHECK_THAT(lacuna::cosine_factor(static_cast<std::int64_t>(i), 6), WithinAbs(six[i], 5e-4));
  CHECK_THAT(lacuna::cosine_factor(8, 8), WithinAbs(0, 1e-12));
}
