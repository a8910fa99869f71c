// Where a result was made: what the record of a cell says and its key does not.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lacuna {

// {"cpu", "cores", "memory_bytes", "system", "kernel", "cpu_capability", "blas"}. No host name, no
// user name.
nlohmann::json machine_record();

// {"harness", "build_id", "type", "compiler"}.
nlohmann::json build_record();

// The present time as "2026-01-31T12:00:00Z".
std::string utc_now();

// Workers at a time: as many as the user asked for; if that is none (0), one a core on the CPU and
// one on a GPU, whose memory several would share.
int workers_at_a_time(int asked, const std::string& device);

}  // namespace lacuna
