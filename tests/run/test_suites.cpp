// The suites that are published can be planned with the plugins of this tree.
#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "run/suite/suite.hpp"

using namespace lacuna;

TEST_CASE("The published suites have what the issue of their numbers asks for") {
  const auto demo = read_suite(LACUNA_SOURCE_DIR "/suites/demo.json");
  const auto cifar = read_suite(LACUNA_SOURCE_DIR "/suites/cifar100.json");
  CHECK(1 + demo.methods.size() * demo.seeds.size() >= 14);
  CHECK(cifar.seeds.size() >= 3);
  for (const auto* suite : {&demo, &cifar}) {
    std::map<Role, int> roles;
    for (const auto& evaluation : suite->evaluations) ++roles[evaluation.role];
    CHECK(roles[Role::in_domain] == 1);
    CHECK(roles[Role::out_of_domain] == 1);
    CHECK(roles[Role::zero_shot] >= 3);
    CHECK(suite->requests.at(0).forget_split == "difficult");
  }
}
