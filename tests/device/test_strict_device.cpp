// The strict device itself: it computes as the CPU does, refuses what a GPU refuses and writes down
// what the others test.
#include "runs.hpp"

namespace lacuna::testing {
namespace {

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  }
  return "";
}

at::TensorOptions there(at::ScalarType type = at::kFloat) {
  return at::TensorOptions().dtype(type).device(strict_device());
}

TEST_CASE("strict device: gradients are the CPU's, to the bit") {
  const auto gradient = [](c10::Device device) {
    const auto draw = [&](at::IntArrayRef shape, const char* purpose) {
      return at::randn(shape, make_generator(1, purpose)).to(device).requires_grad_(true);
    };
    const auto kernel = draw({5, 3, 3, 3}, "kernel"), bias = draw({5}, "bias");
    const auto x = draw({4, 3, 8, 8}, "x");
    const auto pooled = at::avg_pool2d(at::relu(at::conv2d(x, kernel, bias, 1, 1)), 2).flatten(2);
    at::layer_norm(at::amax(pooled, {2}), {5}, bias).square().sum().backward();
    return std::vector{x.grad().cpu(), kernel.grad().cpu(), bias.grad().cpu()};
  };
  const auto device = gradient(strict_device()), here = gradient(at::kCPU);
  for (std::size_t i = 0; i < here.size(); ++i) CHECK(here[i].equal(device[i]));
}

TEST_CASE("strict device: tensors of two devices do not meet") {
  const auto a = at::ones({3}, there()), b = at::ones({3});
  const std::string mixed = "Expected all tensors to be on the same device, but found at least two";
  CHECK(refusal([&] { a + b; }).starts_with(mixed));
  CHECK(refusal([&] { b.add_(a); }).starts_with(mixed));
  CHECK(refusal([&] { at::cat({a, b}); }).starts_with(mixed));
  CHECK(refusal([&] { a.index_select(0, at::zeros({1}, at::kLong)); }).starts_with(mixed));
  CHECK(refusal([&] { at::matmul(a, b); }).starts_with(mixed));
  CHECK(refusal([&] { at::stack({a.sum(), b.sum()}); }).starts_with(mixed));
  // What CUDA takes.
  CHECK((a + at::scalar_tensor(1)).equal(a * 2));
  CHECK(a.index({at::zeros({2}, at::kLong)}).size(0) == 2);
}

TEST_CASE("strict device: the host's generators draw nothing there, and it has none") {
  CHECK(refusal([] {
          at::rand({3}, make_generator(1, "x"), there());
        }).starts_with("Expected a 'strict' device type for generator"));
  CHECK_FALSE(refusal([] { at::randn({3}, there()); }).empty());
}

TEST_CASE("strict device: waits and copies are written down, by name") {
  const auto a = at::ones({2, 3}, there());
  take_log();
  CHECK(a.sum().item<double>() == 6);
  CHECK(a.equal(a));
  a.nonzero();
  a.masked_select(a.gt(0));
  a.index({a.gt(0)});
  a.flatten().to(at::kInt).bincount();
  const auto log = take_log();
  for (const auto* name :
       {"_local_scalar_dense", "equal", "nonzero", "masked_select", "index", "bincount"})
    CHECK(log.waits.at(std::string("aten::") + name) == 1);
  CHECK(log.waits.size() == 6);
  CHECK(log.copies.empty());
  CHECK(log.operators.contains("aten::gt.Scalar"));

  a.cpu();
  at::ones({4}).to(strict_device());
  a.index({at::zeros({2}, at::kLong)});
  const auto copies = take_log().copies;
  CHECK(copies.at("to host Float [2, 3]") == 1);
  CHECK(copies.at("to device Float [4]") == 1);
  CHECK(copies.at("to device Long [2]") == 1);
}

TEST_CASE("strict device: what a kernel resizes or overwrites stays on the device") {
  auto a = at::empty({0}, there());
  at::arange(6, there()).sort(0, /*descending=*/true);
  at::add_out(a, at::ones({2, 2}, there()), at::ones({2, 2}, there()));
  CHECK(a.sizes() == at::IntArrayRef({2, 2}));
  CHECK(a.cpu().equal(at::full({2, 2}, 2.0)));
  a.select(0, 1).fill_(5);
  CHECK(a.cpu().sum().item<float>() == 14);
  CHECK(a.device() == strict_device());
}

}  // namespace
}  // namespace lacuna::testing
