#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/error.hpp"
#include "lacuna/metric.hpp"

using Catch::Matchers::Message;
using lacuna::Count;
using lacuna::Group;

namespace {

at::Tensor rows(std::vector<std::int64_t> which) {
  return at::tensor(which, at::kLong).to(at::kBool);
}

// Five samples, of which two are of the forget set. The coarse label of the first of them and of
// the last retained one is to be forgotten as well.
lacuna::Evaluation evaluation() {
  lacuna::Evaluation out;
  out.id = "in_domain";
  out.asked = {{"fine", at::tensor({0, 0, 1, 2, 2}, at::kLong), rows({1, 1, 0, 0, 0})},
               {"coarse", at::tensor({0, 0, 0, 1, 1}, at::kLong), rows({1, 0, 0, 0, 1})}};
  out.after.columns = {{"fine/predicted", at::tensor({0, 1, 1, 0, 2}, at::kLong)},
                       {"coarse/predicted", at::tensor({0, 0, 1, 1, 1}, at::kLong)}};
  return out;
}

Count counted(const lacuna::Evaluation& one, Group group, const std::string& question) {
  return lacuna::count(one, one.after, group, question);
}

}  // namespace

TEST_CASE("metric: count by group and question") {
  const auto one = evaluation();
  CHECK(counted(one, Group::forget, "fine") == Count{1, 2});
  CHECK(counted(one, Group::spared, "fine") == Count{0, 0});
  CHECK(counted(one, Group::retain, "fine") == Count{2, 3});
  CHECK(counted(one, Group::all, "fine") == Count{3, 5});
  CHECK(counted(one, Group::forget, "coarse") == Count{2, 2});
  CHECK(counted(one, Group::spared, "coarse") == Count{1, 1});
  CHECK(counted(one, Group::retain, "coarse") == Count{1, 2});
  CHECK(counted(one, Group::all, "coarse") == Count{4, 5});
}

TEST_CASE("metric: forget, spared and retain part the rows of a question") {
  const auto one = evaluation();
  for (const auto& [question, target, forget] : one.asked) {
    CAPTURE(question);
    auto times = at::zeros({5}, at::kLong);
    for (const auto group : {Group::forget, Group::spared, Group::retain})
      times += lacuna::rows_of(one, group, question);
    CHECK(times.eq(1).all().item<bool>());
  }
  CHECK(lacuna::rows_of(one, Group::retain, "coarse").equal(rows({0, 0, 1, 1, 0})));
}

TEST_CASE("metric: an empty group counts nothing, as does a question that is not asked") {
  auto one = evaluation();
  one.asked.front().forget.zero_();
  CHECK(counted(one, Group::forget, "fine") == Count{0, 0});
  CHECK(counted(one, Group::retain, "fine") == Count{3, 5});
  one.asked.pop_back();
  CHECK(counted(one, Group::all, "coarse") == Count{0, 0});
  CHECK_FALSE(lacuna::rows_of(one, Group::all, "coarse").defined());
  CHECK(lacuna::find_asked(one, "coarse") == nullptr);
  CHECK(lacuna::find_asked(one, "fine") == &one.asked.front());
}

TEST_CASE("metric: a column that is not there is refused by name") {
  auto one = evaluation();
  CHECK(one.after.has("fine/predicted"));
  CHECK_THROWS_MATCHES(
      one.after.at("fine/nll"), lacuna::Error,
      Message("'fine/nll': no such column (there are: coarse/predicted, fine/predicted)"));
  one.after.columns.erase("coarse/predicted");
  CHECK_THROWS_MATCHES(counted(one, Group::all, "coarse"), lacuna::Error,
                       Message("'coarse/predicted': no such column (there are: fine/predicted)"));
}

TEST_CASE("metric: only several evaluations of a role have prefixes") {
  auto all = std::vector{evaluation(), evaluation()};
  all[1].id = "letters", all[1].role = lacuna::Role::zero_shot;
  auto own = lacuna::scopes(all, lacuna::Role::in_domain);
  REQUIRE(own.size() == 1);
  CHECK(own.front().evaluation == &all.front());
  CHECK(own.front().prefix.empty());
  CHECK(lacuna::scopes(all, lacuna::Role::out_of_domain).empty());
  all[1].role = lacuna::Role::in_domain;
  own = lacuna::scopes(all, lacuna::Role::in_domain);
  REQUIRE(own.size() == 2);
  CHECK(own[0].prefix == "in_domain/");
  CHECK(own[1].prefix == "letters/");
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
