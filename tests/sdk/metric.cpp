#include "lacuna/metric.hpp"

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/error.hpp"

using Catch::Matchers::Message;
using lacuna::Count;
using lacuna::Group;
using lacuna::Level;

namespace {

lacuna::Predictions predictions() {
  lacuna::Predictions p;
  p.fine_target = at::tensor({0, 0, 1, 2, 2}, at::kLong);
  p.fine_predicted = at::tensor({0, 1, 1, 0, 2}, at::kLong);
  p.coarse_target = at::tensor({0, 0, 0, 1, 1}, at::kLong);
  p.coarse_predicted = at::tensor({0, 0, 1, 1, 1}, at::kLong);
  p.forget = at::tensor({1, 1, 0, 0, 0}, at::kLong).to(at::kBool);
  return p;
}

}  // namespace

TEST_CASE("metric: count by group and level") {
  const auto p = predictions();
  CHECK(lacuna::count(p, Group::forget, Level::fine) == Count{1, 2});
  CHECK(lacuna::count(p, Group::retain, Level::fine) == Count{2, 3});
  CHECK(lacuna::count(p, Group::all, Level::fine) == Count{3, 5});
  CHECK(lacuna::count(p, Group::forget, Level::coarse) == Count{2, 2});
  CHECK(lacuna::count(p, Group::retain, Level::coarse) == Count{2, 3});
  CHECK(lacuna::count(p, Group::all, Level::coarse) == Count{4, 5});
}

TEST_CASE("metric: an empty group counts nothing, a level that is not there is refused") {
  auto p = predictions();
  p.forget.zero_();
  CHECK(lacuna::count(p, Group::forget, Level::fine) == Count{0, 0});
  CHECK(lacuna::count(p, Group::retain, Level::fine) == Count{3, 5});
  p.coarse_target = p.coarse_predicted = at::Tensor();
  CHECK_THROWS_MATCHES(lacuna::count(p, Group::all, Level::coarse), lacuna::ConfigError,
                       Message("predictions: there is no coarse level"));
}

TEST_CASE("metric: roles have names") {
  for (const auto role :
       {lacuna::Role::in_domain, lacuna::Role::zero_shot, lacuna::Role::out_of_domain})
    CHECK(lacuna::role_from(lacuna::to_string(role)) == role);
  CHECK_THROWS_MATCHES(lacuna::role_from("zero-shot"), lacuna::ConfigError,
                       Message("'zero-shot': no such role (did you mean 'zero_shot')"));
  CHECK_THROWS_MATCHES(lacuna::role_from("x"), lacuna::ConfigError,
                       Message("'x': no such role (known: in_domain, zero_shot, out_of_domain)"));
}
