#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <csignal>

#include "lacuna/error.hpp"
#include "run/cell.hpp"
#include "run/matching.hpp"

using namespace lacuna;
using nlohmann::json;

TEST_CASE("A key does not depend on the order of writing, and on everything else") {
  const auto cell = json::parse(R"({"seed": 1, "method": {"id": "npo", "params": {"beta": 0.1}}})");
  const auto same =
      json::parse(R"({"method": {"params": {"beta": 1e-1}, "id": "npo"}, "seed": 1})");
  CHECK(cell_key(cell) == cell_key(same));
  // Written down: results of other days and machines are found by it.
  CHECK(cell_key(cell) == "df3ca21d855eb24c7b85");
  auto other = cell;
  other["method"]["params"]["beta"] = std::nextafter(0.1, 1);
  CHECK(cell_key(other) != cell_key(cell));
  other = cell;
  other["seed"] = 2;
  CHECK(cell_key(other) != cell_key(cell));
}

TEST_CASE("Failures are told in words") {
  ProcessEnd end;
  end.signal = SIGSEGV;
  CHECK(failure_of(end, "unlearn", "logs/a.txt", 0).kind == "crash");
  CHECK(failure_of(end, "unlearn", "logs/a.txt", 0).reason ==
        "unlearn: crashed with signal 11, Segmentation fault (its output is in logs/a.txt)");
  end.signal = SIGKILL;
  CHECK(failure_of(end, "evaluate", "logs/a.txt", 0).kind == "out_of_memory");
  CHECK(failure_of(end, "evaluate", "logs/a.txt", 0).reason ==
        "evaluate: killed by signal 9, which this run did not send: most likely the system ran out "
        "of memory");
  end.timed_out = true;
  CHECK(failure_of(end, "unlearn", "logs/a.txt", 2.5).kind == "timeout");
  CHECK(failure_of(end, "unlearn", "logs/a.txt", 2.5).reason ==
        "unlearn: still running after 2.5 s, stopped (--cell-timeout sets the limit)");
  end = {};
  end.status = 7;
  CHECK(failure_of(end, "unlearn", "logs/a.txt", 0).reason ==
        "unlearn: ended with status 7 and without a result (its output is in logs/a.txt)");
}

TEST_CASE("Out of domain, class names that contain a concept's count as forgotten") {
  const Taxonomy pets{{"Great Samoyed Dog", "beagle", "Boxer"}, {}, {}};
  const auto match = match_concepts(Role::out_of_domain, {"Samoyed", "boxer", "pug"}, pets);
  CHECK(match.labels == std::vector<std::int64_t>{0, 2});
  CHECK(match.unmatched == std::vector<std::string>{"pug"});
  CHECK(match_concepts(Role::zero_shot, {"beagle"}, pets).labels.empty());
  CHECK(match_concepts(Role::in_domain, {"Boxer", "beagle"}, pets).labels ==
        std::vector<std::int64_t>{1, 2});
  CHECK_THROWS_AS(match_concepts(Role::in_domain, {"samoyed"}, pets), ConfigError);
}
