// How far a download is: one line redrawn on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace lacuna {

// "openai/ViT-L-14: 37 %, 345 MB of 933 MB, 12 MB/s, 49 s to go"; of == 0: not known. `rate` in
// bytes a second; nothing is said of it while it is not known.
std::string progress_text(const std::string& what, std::uint64_t at, std::uint64_t of,
                          std::optional<double> rate);

class FetchDisplay {
 public:
  // `out` is kept open by the caller.
  explicit FetchDisplay(std::FILE* out);
  ~FetchDisplay() { clear(); }

  // The present state; drawn at most ten times a second on a terminal, every ten seconds elsewhere.
  void update(const std::string& what, std::uint64_t at, std::uint64_t of);
  // A line that stays.
  void line(const std::string& text);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void measure(const std::string& what, std::uint64_t at, Clock::time_point now);

  std::FILE* out_;
  bool live_, drawn_ = false;
  std::string what_;
  std::uint64_t measured_at_ = 0;
  Clock::time_point measured_, shown_;
  std::optional<double> rate_;
};

}  // namespace lacuna
