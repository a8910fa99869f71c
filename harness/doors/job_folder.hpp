// What a command of the door `external` finds in its folder (docs/doors.md has every field).
#pragma once

#include <filesystem>

#include "doors/doors.hpp"

namespace lacuna {

inline constexpr const char* kDoorFormat = "lacuna door 1";  // "format" of job.json

// What the door itself puts there or looks for there; no file of the suite may be called so.
inline constexpr const char* kNamesOfTheFolder[] = {
    "model", "set", "job.json", "weights.safetensors", "model.safetensors", "output.txt"};

// Fills `job.work`, which is emptied first: model/, set/, job.json, and the suite's files under
// their own names. Throws Error.
void write_job_folder(const DoorJob& job);

}  // namespace lacuna
