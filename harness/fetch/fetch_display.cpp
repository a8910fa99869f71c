#include "fetch/fetch_display.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "fetch/catalogue.hpp"

namespace lacuna {
namespace {

std::string left_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string progress_text(const std::string& what, std::uint64_t at, std::uint64_t of,
                          std::optional<double> rate) {
  auto text = what + ": ";
  if (of > 0)
    text +=
        fmt::format("{} %, {} of {}", 100 * std::min(at, of) / of, bytes_text(at), bytes_text(of));
  else
    text += bytes_text(at);
  if (!rate || *rate < 1) return text;
  text += fmt::format(", {}/s", bytes_text(static_cast<std::uint64_t>(*rate)));
  if (of > at) text += fmt::format(", {} to go", left_text(static_cast<double>(of - at) / *rate));
  return text;
}

FetchDisplay::FetchDisplay(std::FILE* out) : out_(out) {
  const char* terminal = std::getenv("TERM");
  live_ = isatty(fileno(out)) == 1 && std::string_view(terminal ? terminal : "") != "dumb";
}

// Over the last seconds rather than from the beginning: a rate that fell should be seen.
void FetchDisplay::measure(const std::string& what, std::uint64_t at, Clock::time_point now) {
  if (what != what_ || at < measured_at_) {
    what_ = what;
    measured_at_ = at;
    measured_ = shown_ = now;
    rate_.reset();
    return;
  }
  const double seconds = std::chrono::duration<double>(now - measured_).count();
  if (seconds < 0.5) return;
  const double fresh = static_cast<double>(at - measured_at_) / seconds;
  const double weight = std::exp(-seconds / 5);
  rate_ = rate_ ? weight * *rate_ + (1 - weight) * fresh : fresh;
  measured_at_ = at;
  measured_ = now;
}

void FetchDisplay::update(const std::string& what, std::uint64_t at, std::uint64_t of) {
  const auto now = Clock::now();
  measure(what, at, now);
  if (now - shown_ < (live_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10))) return;
  shown_ = now;
  const auto text = progress_text(what, at, of, rate_);
  if (live_) {
    fmt::print(out_, "\r\x1b[K{}", text);
    drawn_ = true;
  } else {
    fmt::print(out_, "{}\n", text);
  }
  std::fflush(out_);
}

void FetchDisplay::line(const std::string& text) {
  clear();
  fmt::print(out_, "{}\n", text);
  std::fflush(out_);
}

void FetchDisplay::clear() {
  if (!drawn_) return;
  fmt::print(out_, "\r\x1b[K");
  std::fflush(out_);
  drawn_ = false;
}

}  // namespace lacuna
