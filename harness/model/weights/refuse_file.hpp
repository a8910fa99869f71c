// What a reader of weights says of a file that is not as it should be.
#pragma once

#include <string>

#include "lacuna/error.hpp"

namespace lacuna {

// The caller of the reader puts the file's name before it.
[[noreturn]] inline void refuse_file(const std::string& reason) { throw ConfigError(reason); }

}  // namespace lacuna
