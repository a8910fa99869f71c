#include "shell.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sample_results.hpp"

namespace sample {

std::string quote(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Ran shell(const std::string& command) {
  const Folder folder;
  const auto text = [&](const char* name) {
    std::ostringstream all;
    all << std::ifstream(folder / name).rdbuf();
    return all.str();
  };
  const int status = std::system(("( " + command + " ) >" + quote(folder / "out") + " 2>" +
                                  quote(folder / "err") + " </dev/null")
                                     .c_str());
  return {
      .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = text("out"), .err = text("err")};
}

}  // namespace sample
