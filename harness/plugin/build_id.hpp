// The build id of a plugin file, read from its bytes: nothing of a plugin runs before it is known
// to fit.
#pragma once

#include <string>
#include <string_view>

namespace lacuna {

// The first text in `file` that begins as a build id does, up to its NUL or 200 bytes; empty if
// there is none. If one of several is `wanted` (a plugin may mention other ids in its own texts),
// that one.
std::string find_build_id(std::string_view file, std::string_view wanted);

// Why these bytes cannot be opened as a shared library, or "" if nothing speaks against it. A file
// cut short is found out here: the system's loader would map it and die of SIGBUS.
std::string why_not_elf(std::string_view file);

}  // namespace lacuna
