#include "run/machine/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string_view>

#include "support/safe_text.hpp"

namespace lacuna {
namespace {

int width_of(std::FILE* out) {
  winsize size{};
  return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

std::string bar(std::int64_t at, std::int64_t of, int width) {
  const auto full = of > 0 ? static_cast<int>(width * std::min(at, of) / of) : 0;
  return fmt::format("[{:=<{}}{: <{}}]", "", full, "", width - full);
}

std::string line_of(const RunningStep& step) {
  auto text = fmt::format("  {:<28} {:<14}", one_line(step.label), step.step);
  if (step.of > 0) text += fmt::format(" {:>5}/{:<5}", step.at, step.of);
  if (step.loss) text += fmt::format(" loss {:.4g}", *step.loss);
  if (step.forget_accuracy) text += fmt::format("  forget {:.1f} %", 100 * *step.forget_accuracy);
  if (!step.note.empty()) text += "  " + one_line(step.note);
  return text + "  " + duration_text(step.seconds);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::vector<std::string> live_lines(const RunState& state, int width) {
  const auto over = state.done + state.failed + state.not_applicable;
  auto head = fmt::format("{} {}/{} cells", bar(over, state.cells, 24), over, state.cells);
  head += fmt::format(", {} running", state.running.size());
  if (state.failed > 0) head += fmt::format(", {} failed", state.failed);
  if (state.not_applicable > 0) head += fmt::format(", {} not applicable", state.not_applicable);
  if (state.eta_seconds) head += fmt::format(", {} to go", duration_text(*state.eta_seconds));
  std::vector<std::string> lines{head};
  for (const auto& step : state.running) lines.push_back(line_of(step));
  // A line that wraps would be counted as one when the display goes back up. Labels may hold more
  // than ASCII; cutting by bytes then cuts too much, never too little, and never inside a
  // character.
  for (auto& line : lines) {
    auto end = std::min(line.size(), static_cast<std::size_t>(width));
    while (end < line.size() && end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80)
      --end;
    line.resize(end);
  }
  return lines;
}

Display::Display(std::FILE* out) : out_(out) {
  const char* terminal = std::getenv("TERM");
  live_ = isatty(fileno(out)) != 0 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

Display::~Display() { clear(); }

// What nobody can read any more is no reason to stop.
void Display::put(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
  std::clearerr(out_);
}

void Display::line(const std::string& text) {
  clear();
  put(short_line(text) + "\n");
}

void Display::update(const RunState& state) {
  const auto now = std::chrono::steady_clock::now();
  if (!live_ || (drawn_ > 0 && now - last_ < std::chrono::milliseconds(100))) return;
  clear();
  last_ = now;
  std::string all;
  for (const auto& text : live_lines(state, width_of(out_) - 1)) {
    all += text + "\n";
    ++drawn_;
  }
  put(all);
}

void Display::clear() {
  if (drawn_ == 0) return;
  // To the beginning of the line, where a Ctrl-C may stand, up, and erase to the end of the screen.
  put(fmt::format("\r\x1b[{}A\x1b[J", drawn_));
  drawn_ = 0;
}

}  // namespace lacuna
