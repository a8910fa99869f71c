// The definitions of guarded() and naming(), see registry.hpp.
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <new>

#include "lacuna/error.hpp"
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

template <class F>
auto naming(const std::string& id, F&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Error&) {
    throw;
  } catch (const c10::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    return guarded(id, [&]() -> decltype(body()) { throw; });
  }
}

}  // namespace lacuna
