// Which process a run is, so that its workers can see when it is no more.
#pragma once

#include <nlohmann/json.hpp>

namespace lacuna {

// {"boot", "namespace", "process"}: process numbers mean something on one machine, between two
// starts of it, and within one namespace only.
nlohmann::json run_identity();

// Ends this process as soon as the run that `identity` names is no more, whoever stands between the
// two: at once where it is gone already. A run elsewhere, of which nothing can be known here, is
// left to whatever started this process.
void end_with_run(const nlohmann::json& identity);

}  // namespace lacuna
