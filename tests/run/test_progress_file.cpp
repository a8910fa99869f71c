#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "helpers.hpp"
#include "run/machine/bounded_log.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/job_files.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

void append(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::app) << text;
}

}  // namespace

TEST_CASE("Progress arrives message by message, unfinished lines later") {
  const TemporaryFolder folder;
  const auto path = folder / "progress";
  ProgressFile file(path);
  CHECK(file.news().empty());  // the worker has not begun
  append(path, R"({"step": 1, "steps": 4, "loss": 0.5})"
               "\n"
               R"({"step": 2, "st)");
  auto news = file.news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].step == 1);
  CHECK(news[0].steps == 4);
  CHECK(news[0].loss == 0.5);
  CHECK_FALSE(news[0].epoch);
  CHECK(file.news().empty());
  append(path, "eps\": 4}\n\n{\"in\": \"tiny\"}\n");
  news = file.news();
  REQUIRE(news.size() == 2);
  CHECK(news[0].step == 2);
  CHECK(news[1].in == "tiny");
}

TEST_CASE("What a worker reports is what the run reads") {
  const TemporaryFolder folder;
  report_progress({.step = 1});  // nobody listens
  report_progress_to(folder / "progress");
  report_progress({.step = 3, .steps = 9, .epoch = 1, .loss = -1.5, .forget_accuracy = 0.25});
  report_progress({.step = 4, .loss = std::nan("")});
  { const Handover handover("tiny"); }
  report_progress({.note = "masked 0.25"});
  report_progress_to({});
  const auto news = ProgressFile(folder / "progress").news();
  REQUIRE(news.size() == 5);
  CHECK(news[0].step == 3);
  CHECK(news[0].steps == 9);
  CHECK(news[0].epoch == 1);
  CHECK(news[0].loss == -1.5);
  CHECK(news[0].forget_accuracy == 0.25);
  CHECK(std::isnan(news[1].loss.value()));
  CHECK(news[2].in == "tiny");
  CHECK(news[3].in.empty());
  CHECK(news[4].note == "masked 0.25");
}

TEST_CASE("Whatever stands in a progress file, it is a message or it is none") {
  CHECK_FALSE(progress_from(""));
  CHECK_FALSE(progress_from("[1]"));
  CHECK_FALSE(progress_from("{\"step\": 1"));
  CHECK_FALSE(progress_from(std::string(300'000, '[')));
  const auto loss = progress_from(R"({"loss": 1})");
  REQUIRE(loss);
  CHECK(loss->step == 0);
  CHECK(loss->loss == 1);
  const auto other = progress_from(R"({"step": "x", "steps": 1.5, "loss": {}, "in": 7})");
  REQUIRE(other);
  CHECK(other->step == 0);
  CHECK_FALSE(other->loss);
  CHECK(other->in.empty());
  CHECK(partial_trajectory({*loss}).at("steps").at(0).at("step") == 0);
  CHECK(partial_trajectory({*other}).is_null());
}

TEST_CASE("A line without an end is skipped, and holds no memory") {
  const TemporaryFolder folder;
  const auto path = folder / "progress";
  append(path, "{\"step\": 1}\n");
  for (int i = 0; i < 5; ++i) append(path, std::string(1 << 20, 'x'));
  append(path, "\n{\"step\": 2}\n");
  ProgressFile file(path);
  std::vector<std::int64_t> steps;
  int calls = 0;
  do {
    for (const auto& message : file.news()) steps.push_back(message.step);
    ++calls;
  } while (!file.is_read());
  CHECK(steps == std::vector<std::int64_t>{1, 2});
  CHECK(calls >= 5);
  CHECK_FALSE(file.is_too_long());
  std::filesystem::resize_file(path, ProgressFile::kMostFile + 1);
  CHECK(file.is_too_long());
}

TEST_CASE("Progress says which job a worker begins, and what its device held") {
  const auto begun = progress_from(R"({"step": 0, "steps": 0, "job": "0123"})");
  REQUIRE(begun);
  CHECK(begun->job == "0123");
  CHECK_FALSE(begun->device_peak_bytes);
  const auto peak = progress_from(R"({"device_peak_bytes": 5000000000, "job": 3})");
  REQUIRE(peak);
  CHECK(peak->device_peak_bytes == 5'000'000'000);
  CHECK(peak->job.empty());
}

TEST_CASE("A log holds so much and says how much was dropped") {
  const TemporaryFolder folder;
  const auto path = folder / "log";
  BoundedLog log(path, 10);
  log.trim();  // nothing has been written
  CHECK(log.last_line().empty());
  append(path, "12345\n");
  log.trim();
  CHECK(log.last_line() == "12345");
  append(path, "678901234");
  log.trim();
  CHECK(read_file(path) == "12345\n6789");
  append(path, std::string(2000, 'x'));
  log.finish();
  CHECK(read_file(path) == "12345\n6789\n[2,005 bytes more were dropped: a log holds 10]\n");
  // A second worker of the same cell: what is there stays, what it says is dropped.
  BoundedLog second(path, 10);
  append(path, "abc");
  second.finish();
  CHECK(read_file(path) ==
        "12345\n6789\n[2,005 bytes more were dropped: a log holds 10]\n\n[3 bytes more were "
        "dropped: a log holds 59]\n");
}
