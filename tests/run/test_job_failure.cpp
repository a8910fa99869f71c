#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>

#include "lacuna/error.hpp"
#include "run/jobs/matching.hpp"
#include "run/results/job_failure.hpp"

using namespace lacuna;

TEST_CASE("Failures are told in words") {
  const auto told = [](const ProcessEnd& end, WorkerEnd worker) {
    worker.log = "logs/a.txt";
    const auto [kind, reason] = failure_of(end, worker);
    return kind + " | " + reason;
  };
  ProcessEnd end;
  end.signal = SIGSEGV;
  CHECK(told(end, {.step = "unlearn"}) ==
        "crash | unlearn: crashed with signal 11, Segmentation fault (its output is in "
        "logs/a.txt)");
  CHECK(told(end, {.step = "plan", .in = "tiny"}) ==
        "crash | plan: crashed in 'tiny' with signal 11, Segmentation fault (its output is in "
        "logs/a.txt)");
  end.signal = SIGKILL;
  CHECK(told(end, {.step = "predict"}) ==
        "machine | predict: killed by signal 9, which this run did not send: most likely the "
        "system ran out of memory (fewer --jobs take less)");
  end.timed_out = true;
  CHECK(told(end, {.step = "unlearn", .timeout_seconds = 2.5}) ==
        "timeout | unlearn: still running after 2.5 s, stopped (--cell-timeout sets the limit)");
  end = {};
  end.status = 7;
  CHECK(told(end, {.step = "unlearn", .last_line = "epoch 3"}) ==
        "crash | unlearn: ended with status 7 and without a result (its output is in logs/a.txt)");
  CHECK(told(end, {.step = "unlearn",
                   .last_line = "error: job.json: cannot be read: Input/output "
                                "error"}) ==
        "machine | unlearn: ended with status 7 and without a result: job.json: cannot be read: "
        "Input/output error (its output is in logs/a.txt)");
}

TEST_CASE("A worker that cannot write its result says why with its status") {
  ProcessEnd end;
  end.status = unwritten_result + ENOSPC;
  auto failure = failure_of(end, {.step = "predict"});
  CHECK(failure.kind == machine_failure);
  CHECK(failure.reason == "predict: its result cannot be written: No space left on device");
  end.status = unwritten_result + EISDIR;
  failure = failure_of(end, {.step = "predict"});
  CHECK(failure.kind == "exception");
  CHECK(failure.reason == "predict: its result cannot be written: Is a directory");
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
