#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <thread>

#include "helpers.hpp"
#include "run/machine/progress.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

RunState busy() {
  RunState state{.cells = 14, .done = 5, .failed = 1, .not_applicable = 1, .eta_seconds = 75};
  state.running.push_back({.label = "NPO+KL",
                           .step = "unlearn",
                           .at = 30,
                           .of = 104,
                           .loss = -1.5,
                           .forget_accuracy = 0.625,
                           .seconds = 3});
  state.running.push_back({.label = "GA", .step = "evaluate", .seconds = 1});
  return state;
}

// A terminal that the test can read.
struct Terminal {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  std::FILE* slave = nullptr;
  Terminal() {
    if (master < 0) SKIP("no pseudo-terminal (is /dev/pts mounted?)");
    REQUIRE(grantpt(master) == 0);
    REQUIRE(unlockpt(master) == 0);
    slave = std::fopen(ptsname(master), "w");
    REQUIRE(slave != nullptr);
    fcntl(master, F_SETFL, O_NONBLOCK);
  }
  ~Terminal() {
    std::fclose(slave);
    close(master);
  }
  // What arrives within 20 ms: the kernel brings it over in its own time.
  std::string written() const {
    std::fflush(slave);
    std::string text;
    for (int i = 0; i < 4; ++i) {
      char buffer[65536];
      const auto n = read(master, buffer, sizeof buffer);
      if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return text;
  }
};

}  // namespace

TEST_CASE("Durations are short") {
  CHECK(duration_text(0.4) == "0:00");
  CHECK(duration_text(187) == "3:07");
  CHECK(duration_text(3765) == "1:02:45");
  CHECK(duration_text(-1) == "0:00");
}

TEST_CASE("The live lines say what runs") {
  const auto lines = live_lines(busy(), 200);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        "[============            ] 7/14 cells, 2 running, 1 failed, 1 not applicable, 1:15 to go");
  CHECK_THAT(lines[1], ContainsSubstring("NPO+KL"));
  CHECK_THAT(lines[1], ContainsSubstring("30/104"));
  CHECK_THAT(lines[1], ContainsSubstring("loss -1.5"));
  CHECK_THAT(lines[1], ContainsSubstring("forget 62.5 %"));
  CHECK_THAT(lines[2], ContainsSubstring("evaluate"));
  CHECK_THAT(lines[2], !ContainsSubstring("loss"));
  auto state = busy();
  state.running[1].note = "dampened_weights\n12";  // what a plugin says stays on its line
  CHECK_THAT(live_lines(state, 200)[2], ContainsSubstring("dampened_weights\\n12"));
}

TEST_CASE("Live lines never wrap, nor end within a character") {
  auto state = busy();
  state.running[0].label = "β β β β β β β β β β β β β β";
  for (int width = 5; width < 60; ++width) {
    for (const auto& line : live_lines(state, width)) {
      CHECK(line.size() <= static_cast<std::size_t>(width));
      CHECK((line.empty() || static_cast<unsigned char>(line.back()) != 0xCE));
    }
  }
  CHECK(live_lines({}, 80).size() == 1);
}

TEST_CASE("A file gets plain lines only") {
  const TemporaryFolder folder;
  auto* file = std::fopen((folder / "out").c_str(), "w");
  {
    Display display(file);
    display.update(busy());
    display.line("one");
    display.update(busy());
    display.line("two");
  }
  std::fclose(file);
  CHECK(read_file(folder / "out") == "one\ntwo\n");
}

TEST_CASE("A terminal is redrawn in place") {
  setenv("TERM", "xterm", 1);
  Terminal terminal;
  {
    Display display(terminal.slave);
    // Too soon after the one before, it draws nothing; a busy machine may need some tries.
    for (bool soon = false; !soon;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(110));
      const auto start = std::chrono::steady_clock::now();
      display.update(busy());
      CHECK_THAT(terminal.written(), ContainsSubstring("7/14 cells"));
      display.update(busy());
      soon = std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100);
      const auto text = terminal.written();
      if (soon) CHECK(text.empty());
    }
    display.line("NPO is done");
    const auto text = terminal.written();
    CHECK(text.starts_with("\r\x1b[3A\x1b[J"));
    CHECK_THAT(text, ContainsSubstring("NPO is done"));
  }
  setenv("TERM", "dumb", 1);
  Display display(terminal.slave);
  display.update(busy());
  CHECK(terminal.written().empty());
}
