// What a run shows while it goes on: redrawn in place on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace lacuna {

// One worker at work.
struct RunningStep {
  std::string label = {}, step = {};
  std::int64_t at = 0, of = 0;  // of == 0: not known yet
  std::optional<double> loss = {}, forget_accuracy = {};
  std::string note = {};
  double seconds = 0;
};

struct RunState {
  std::int64_t cells = 0, done = 0, failed = 0, not_applicable = 0;  // done: the ok ones
  std::vector<RunningStep> running = {};
  std::optional<double> eta_seconds = {};
};

// "3:07", "1:02:45".
std::string duration_text(double seconds);

// The live part as lines of at most `width` characters.
std::vector<std::string> live_lines(const RunState& state, int width);

class Display {
 public:
  // `out` is kept open by the caller. Redraws in place exactly if it is a terminal (and TERM is not
  // "dumb").
  explicit Display(std::FILE* out);
  ~Display();

  // A line that stays, made safe and cut where it is long. Where the output cannot be written it is
  // lost.
  void line(const std::string& text);
  // The present state; drawn at most ten times a second, on a terminal only.
  void update(const RunState& state);
  // Takes the live part away.
  void clear();

 private:
  void put(const std::string& text);

  std::FILE* out_;
  bool live_;
  int drawn_ = 0;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace lacuna
