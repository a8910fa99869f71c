// Ctrl-C and its kin, as a flag that long commands look at.
#pragma once

#include <csignal>

namespace lacuna {

// The signal that has come since `listen_for_interruptions`; 0 while none has. Exit status is then
// 128 + signal.
inline volatile std::sig_atomic_t interruption = 0;

inline void listen_for_interruptions() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { interruption = signal; };
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
  struct sigaction now {};
  const bool ignored = sigaction(SIGHUP, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
  if (!ignored) sigaction(SIGHUP, &action, nullptr);  // nohup: the user wants it to go on
}

}  // namespace lacuna
