#include "bench/pairs.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <vector>

namespace lacuna::bench {
namespace {

constexpr const char* kShortcut = "/shortcut";
constexpr const char* kLongWay = "/long way";

// Compares the ways once, at the first benchmark of the pair that runs.
class Pair {
 public:
  Pair(Way shortcut, Way long_way)
      : shortcut_(std::move(shortcut)), long_way_(std::move(long_way)) {}

  void run(benchmark::State& state, bool shortcut) {
    try {
      if (!compared_) equal_ = at::allclose(shortcut_(), long_way_(), 1e-4, 1e-5);
      compared_ = true;
      if (!equal_) return state.SkipWithError("shortcut and long way give different results");
      const auto& way = shortcut ? shortcut_ : long_way_;
      for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(way());
    } catch (const c10::Error& error) {
      state.SkipWithError(error.what_without_backtrace());
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
    }
  }

 private:
  Way shortcut_, long_way_;
  bool compared_ = false, equal_ = false;
};

// The usual table, and after it how many times faster each shortcut is.
class RatioReporter final : public benchmark::ConsoleReporter {
 public:
  RatioReporter() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      failed_ |= run.error_occurred;
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      const auto name = run.benchmark_name();
      for (const auto* way : {kShortcut, kLongWay})
        if (const auto at = name.find(way); at != std::string::npos)
          seconds_[name.substr(0, at)][way] = run.GetAdjustedRealTime();
    }
  }

  void Finalize() override {
    for (const auto& [name, ways] : seconds_)
      if (ways.size() == 2)
        GetOutputStream() << fmt::format("{:6.1f} times faster: {}\n",
                                         ways.at(kLongWay) / ways.at(kShortcut), name);
  }

  bool failed() const { return failed_; }

 private:
  std::map<std::string, std::map<std::string, double>> seconds_;
  bool failed_ = false;
};

}  // namespace

void add_pair(const std::string& name, Way shortcut, Way long_way) {
  const auto pair = std::make_shared<Pair>(std::move(shortcut), std::move(long_way));
  for (const bool quick : {true, false})
    benchmark::RegisterBenchmark(
        (name + (quick ? kShortcut : kLongWay)).c_str(),
        [pair, quick](benchmark::State& state) { pair->run(state, quick); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
}

void add_single(const std::string& name, std::function<void()> work, std::int64_t bytes,
                std::int64_t items) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 try {
                                   for ([[maybe_unused]] auto _ : state) work();
                                 } catch (const std::exception& error) {
                                   return state.SkipWithError(error.what());
                                 }
                                 if (bytes) state.SetBytesProcessed(state.iterations() * bytes);
                                 if (items) state.SetItemsProcessed(state.iterations() * items);
                               })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

int run(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::AddCustomContext("cpu_capability", at::get_cpu_capability());
  benchmark::AddCustomContext("threads", std::to_string(at::get_num_threads()));
  RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return reporter.failed() ? 1 : 0;
}

}  // namespace lacuna::bench
