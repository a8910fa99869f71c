// What an exception means to the user: whose fault it is, and the one line to print.
#pragma once

#include <exception>
#include <string>

namespace lacuna {

struct Failure {
  // machine: no space, no descriptors, a disk that fails; the same may go well another time.
  enum class Cause { users_mistake, plugin, out_of_memory, machine, other };
  Cause cause = Cause::other;
  std::string message;  // one line, without a backtrace
};

// Of the exception being handled or kept: ConfigError is the user's mistake, PluginError the
// plugin's; an out-of-memory error of LibTorch, of CUDA's libraries or of the standard library has
// its cause whatever its type, and the message then names the device where it is known; so has what
// the machine refused, by the system's words for it; the rest is `other`. What the standard library
// says of files is put as "<path>: reason".
Failure failure_of(const std::exception_ptr& exception);

// Whether a message tells of what the machine refused, in the system's words.
bool names_the_machine(const std::string& message);

}  // namespace lacuna
