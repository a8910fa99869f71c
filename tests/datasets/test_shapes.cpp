// The embedded data set: its hierarchy, its two styles, its forget splits.
#include <map>
#include <set>

#include "fixtures.hpp"

using namespace lacuna;
using namespace lacuna::testing;

TEST_CASE("sixty concepts in twelve groups of five", "[unit]") {
  const auto data = dataset("shapes");
  const auto& taxonomy = data->taxonomy();
  CHECK(taxonomy.fine.size() == 60);
  CHECK(taxonomy.coarse.size() == 12);
  std::map<std::int64_t, int> children;
  for (const auto parent : taxonomy.parent) ++children[parent];
  REQUIRE(children.size() == 12);
  for (const auto& [parent, count] : children) CHECK(count == 5);
  const std::set<std::string> coarse(taxonomy.coarse.begin(), taxonomy.coarse.end());
  for (const auto& name : taxonomy.fine) CHECK(!coarse.contains(name));
}

TEST_CASE("the sketch style shows the same concepts on light paper without colour", "[unit]") {
  const auto filled = dataset("shapes"), sketch = dataset("shapes", {{"style", "sketch"}});
  CHECK(filled->taxonomy().fine == sketch->taxonomy().fine);
  CHECK(at::equal(filled->labels("test"), sketch->labels("test")));
  CHECK(filled->manifest() != sketch->manifest());

  const auto measure = [](const Dataset& data) {
    const auto all = at::stack(data.images("test", range(0, 240))).to(at::kFloat);
    const auto spread = std::get<0>(all.max(3)) - std::get<0>(all.min(3));
    return std::pair{all.mean().item<double>(), spread.mean().item<double>()};
  };
  const auto [filled_light, filled_colour] = measure(*filled);
  const auto [sketch_light, sketch_colour] = measure(*sketch);
  CHECK(sketch_light > 190);
  CHECK(filled_light < 160);
  CHECK(sketch_colour < 30);
  CHECK(filled_colour > 90);
}

TEST_CASE("forget splits are disjoint lists of eight concepts over at least four groups",
          "[unit]") {
  const auto data = dataset("shapes");
  const auto splits = data->forget_splits();
  std::set<std::string> names, concepts;
  for (const auto& [name, list] : splits) {
    CAPTURE(name);
    names.insert(name);
    concepts.insert(list.begin(), list.end());
    CHECK(list.size() == 8);
    std::set<std::int64_t> groups;
    for (const auto label : fine_labels(data->taxonomy(), list)) {
      groups.insert(data->taxonomy().parent[static_cast<std::size_t>(label)]);
    }
    CHECK(groups.size() >= 4);
  }
  CHECK(names == std::set<std::string>{"easy", "medium", "difficult"});
  CHECK(concepts.size() == 24);
}

TEST_CASE("an unknown style is refused", "[unit]") {
  CHECK(refusal([] {
          dataset("shapes", {{"style", "scetch"}});
        }) == "style: \"scetch\" is not one of 'filled', 'sketch' (did you mean 'sketch')");
}
