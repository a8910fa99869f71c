// Processes that a plugin has detached from its worker: the run adopts them, and they end with the
// worker.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace lacuna {

// The variable in a worker's environment that tells whose a process is; what it starts inherits it.
inline constexpr const char* worker_variable = "LACUNA_WORKER";

// From now on what loses its parent below this process becomes a child of it. Children that it has
// already are nobody's orphans. Once, before the first worker.
void adopt_orphans();

// Kills and collects every adopted process that belongs to none of `workers` (process -> value of
// worker_variable), which still run. Nothing before adopt_orphans().
void end_orphans(const std::map<pid_t, std::string>& workers);

}  // namespace lacuna
