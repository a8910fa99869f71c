#include "support/failure.hpp"

#include <c10/util/Exception.h>

#include <new>

#include "lacuna/error.hpp"

namespace lacuna {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// LibTorch's CPU allocator reports an exhausted memory as a plain c10::Error: only the words tell.
bool names_exhausted_memory(const std::string& text) {
  for (const auto* words : {"not enough memory", "can't allocate memory", "out of memory"})
    if (text.find(words) != text.npos) return true;
  return false;
}

}  // namespace

Failure failure_of(const std::exception_ptr& exception) {
  using Cause = Failure::Cause;
  try {
    std::rethrow_exception(exception);
  } catch (const ConfigError& e) {
    return {Cause::users_mistake, e.what()};
  } catch (const Error& e) {
    const bool plugin = dynamic_cast<const PluginError*>(&e) != nullptr;
    const bool memory = names_exhausted_memory(e.what());
    return {memory ? Cause::out_of_memory : plugin ? Cause::plugin : Cause::other, e.what()};
  } catch (const c10::OutOfMemoryError& e) {
    return {Cause::out_of_memory, "out of memory: " + first_line(e.what_without_backtrace())};
  } catch (const c10::Error& e) {
    const auto text = first_line(e.what_without_backtrace());
    if (names_exhausted_memory(text)) return {Cause::out_of_memory, "out of memory: " + text};
    return {Cause::other, text};
  } catch (const std::bad_alloc&) {
    return {Cause::out_of_memory, "out of memory"};
  } catch (const std::exception& e) {
    return {Cause::other, e.what()};
  } catch (...) {
    return {Cause::other, "something was thrown that is not a std::exception"};
  }
}

}  // namespace lacuna
