// How far a worker is: one line of JSON a message, appended to a file that the run follows. A file,
// so that it does not matter how the worker was started, nor on which machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lacuna {

struct StepProgress {
  std::int64_t step = 0, steps = 0;  // steps == 0: not known
  std::optional<std::int64_t> epoch = {};
  std::optional<double> loss = {}, forget_accuracy = {};  // a loss that is not finite: NaN
  std::string in = {};    // the plugin that the worker has just handed the work to; empty: none
  std::string note = {};  // what a method has logged; empty: nothing
  std::string job = {};   // key of the job that it begins with this message; empty: none
  std::optional<std::int64_t> device_peak_bytes = {};  // of its device's memory, so far
};

// The worker's side. Where its messages go; without it they go nowhere. Never throws.
void report_progress_to(const std::filesystem::path& file);
void report_progress(const StepProgress& progress);

// While it lives, the plugin `id` is what the worker waits for.
class Handover {
 public:
  explicit Handover(const std::string& id) { report_progress({.in = id}); }
  ~Handover() { report_progress({}); }
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;
};

// A message; nothing for a line that is none, whoever has written it.
std::optional<StepProgress> progress_from(std::string_view line);

// The run's side.
class ProgressFile {
 public:
  explicit ProgressFile(std::filesystem::path path) : path_(std::move(path)) {}

  // The messages that have arrived since the last call; of a longer text the next part. Never
  // blocks, and never holds more than `kMostAtOnce` bytes of what was written.
  std::vector<StepProgress> news();
  // Whether news() has come to the end of what there was.
  bool is_read() const { return read_; }
  // Whether so much is there that the worker had better be stopped.
  bool is_too_long() const;

  static constexpr std::size_t kMostAtOnce = 1 << 20, kMostLine = 1 << 16;
  static constexpr std::uintmax_t kMostFile = 256 << 20;

 private:
  std::filesystem::path path_;
  std::uintmax_t at_ = 0;
  std::string rest_;       // the beginning of a line whose end has not come
  bool skipping_ = false;  // the line is too long: up to its end nothing counts
  bool read_ = false;
};

}  // namespace lacuna
