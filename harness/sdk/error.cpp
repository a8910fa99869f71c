// Out-of-line destructors: one vtable and one typeinfo per class, here, whatever the compiler.
#include "lacuna/error.hpp"

namespace lacuna {

Error::~Error() = default;
ConfigError::~ConfigError() = default;
PluginError::~PluginError() = default;

}  // namespace lacuna
