// System calls that a signal does not keep from their work.
#pragma once

#include <unistd.h>

#include <cerrno>

namespace lacuna {

// What `call` returns, called again for as long as it says -1 with EINTR.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

// 0, or -1 with errno. Never again after EINTR: Linux has closed the descriptor then, and its
// number may be somebody else's.
inline int close_descriptor(int descriptor) {
  const int result = ::close(descriptor);
  return result == -1 && errno == EINTR ? 0 : result;
}

}  // namespace lacuna
