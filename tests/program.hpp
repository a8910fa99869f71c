// Runs the built `lacuna` as a user would, for tests of its words and exit codes.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "folders.hpp"

// What a finished program left behind. `code` is 128 + the signal for one that was killed.
struct Finished {
  int code = 0;
  std::string out, err;
};

// A word of a shell command line, whatever is in it.
inline std::string quote(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// `command` is a shell command line; "lacuna" in front is `$LACUNA`, the built program.
inline Finished run_shell(const std::string& command) {
  namespace fs = std::filesystem;
  const lacuna::testing::TemporaryFolder folder;
  const auto read = [](const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto line = "LACUNA='" LACUNA_PROGRAM "'; { " + command + "\n} >" +
                    (folder / "out").string() + " 2>" + (folder / "err").string() + " </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder / "out"),
          read(folder / "err")};
}

inline Finished run_lacuna(const std::string& arguments) {
  return run_shell("\"$LACUNA\" " + arguments);
}
