// Runs a program and keeps what it printed.
#pragma once

#include <string>

namespace sample {

struct Ran {
  int code = -1;  // 127: no such program
  std::string out, err;
};

// Through /bin/sh; quote() what may hold blanks.
Ran shell(const std::string& command);

std::string quote(const std::string& word);

}  // namespace sample
