// The door `external`: a command that gets files and leaves weights.
#pragma once

#include "doors/doors.hpp"

namespace lacuna {

// Runs the command in `job.work`. What it says goes to our stdout while it runs. See
// through_door().
NamedTensors through_external(const DoorJob& job);

}  // namespace lacuna
