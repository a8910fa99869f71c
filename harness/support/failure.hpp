// What an exception means to the user: whose fault it is, and the one line to print.
#pragma once

#include <exception>
#include <string>

namespace lacuna {

struct Failure {
  enum class Cause { users_mistake, plugin, out_of_memory, other };
  Cause cause = Cause::other;
  std::string message;  // one line, without a backtrace
};

// Of the exception being handled or kept: ConfigError is the user's mistake, PluginError the
// plugin's; an out-of-memory error of LibTorch, of CUDA's libraries or of the standard library has
// its cause whatever its type, and the message then names the device where it is known; the rest is
// `other`.
Failure failure_of(const std::exception_ptr& exception);

}  // namespace lacuna
