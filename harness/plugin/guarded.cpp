#include "plugin/registry.hpp"
#include "support/failure.hpp"

namespace lacuna::detail {

void rethrow_for_plugin(const std::string& id, const std::exception_ptr& exception) {
  const auto failure = failure_of(exception);
  const auto prefix = id + ": ";
  // A call may pass through two guards, and a plugin may name itself: once is enough.
  const auto message =
      failure.message.starts_with(prefix) ? failure.message : prefix + failure.message;
  if (failure.cause == Failure::Cause::users_mistake) throw ConfigError(message);
  throw PluginError(message);
}

}  // namespace lacuna::detail
