// The definition of guarded(), see registry.hpp.
#pragma once

#include <exception>

#include "plugin/registry.hpp"

namespace lacuna {

namespace detail {
// Throws `exception` again as guarded() promises.
[[noreturn]] void rethrow_for_plugin(const std::string& id, const std::exception_ptr& exception);
}  // namespace detail

template <class F>
auto guarded(const std::string& id, F&& body) -> decltype(body()) {
  try {
    return body();
  } catch (...) {
    detail::rethrow_for_plugin(id, std::current_exception());
  }
}

}  // namespace lacuna
