#include "support/failure.hpp"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <ios>
#include <new>
#include <regex>

#include "lacuna/error.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// LibTorch's CPU allocator reports an exhausted memory as a plain c10::Error, as do CUDA's
// libraries, which have memory of their own: only the words tell.
bool names_exhausted_memory(const std::string& text) {
  for (const auto* words :
       {"not enough memory", "can't allocate memory", "out of memory", "CUBLAS_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_ALLOC_FAILED", "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED"})
    if (text.find(words) != text.npos) return true;
  return false;
}

// "filesystem error: cannot rename: File exists [a] [b]" -> "a: cannot rename: File exists".
std::string file_line(const std::filesystem::filesystem_error& error) {
  auto text = without_prefix(error.what(), "filesystem error: ");
  const auto reason = error.code().message();
  if (const auto at = text.find(reason); at != text.npos) text.resize(at + reason.size());
  return error.path1().empty() ? text : error.path1().string() + ": " + text;
}

// CUDA's allocator goes on about its settings and its caches: the device and three numbers say what
// a reader needs. Other words stay as they are.
std::string memory_line(const std::string& text) {
  static const std::regex cuda(
      R"(CUDA out of memory\. Tried to allocate (.+?)\. GPU (\d+) has a total capacity of (.+?) of which (.+?) is free.*)");
  std::smatch part;
  if (!std::regex_search(text, part, cuda)) return text;
  return fmt::format("{}out of memory on cuda:{}: {} asked for, {} of {} free", part.prefix().str(),
                     part[2].str(), part[1].str(), part[4].str(), part[3].str());
}

Failure out_of_memory(const std::string& text) {
  const auto line = memory_line(text);
  return {Failure::Cause::out_of_memory,
          line.starts_with("out of memory") ? line : "out of memory: " + line};
}

}  // namespace

namespace {

Failure failure_by_type(const std::exception_ptr& exception) {
  using Cause = Failure::Cause;
  try {
    std::rethrow_exception(exception);
  } catch (const ConfigError& e) {
    return {Cause::users_mistake, e.what()};
  } catch (const Error& e) {
    const bool plugin = dynamic_cast<const PluginError*>(&e) != nullptr;
    if (names_exhausted_memory(e.what())) return {Cause::out_of_memory, memory_line(e.what())};
    return {plugin ? Cause::plugin : Cause::other, e.what()};
  } catch (const c10::OutOfMemoryError& e) {
    return out_of_memory(first_line(e.what_without_backtrace()));
  } catch (const c10::Error& e) {
    const auto text = first_line(e.what_without_backtrace());
    if (names_exhausted_memory(text)) return out_of_memory(text);
    return {Cause::other, text};
  } catch (const std::bad_alloc&) {
    return {Cause::out_of_memory, "out of memory"};
  } catch (const std::filesystem::filesystem_error& e) {
    return {Cause::other, file_line(e)};
  } catch (const std::ios_base::failure& e) {  // its own words name a function of the library
    return {Cause::other, "a file: cannot be read or written: " + e.code().message()};
  } catch (const std::exception& e) {
    return {Cause::other, e.what()};
  } catch (...) {
    return {Cause::other, "something was thrown that is not a std::exception"};
  }
}

}  // namespace

// By the words, since they come from plugins, from LibTorch and through other processes' files.
bool names_the_machine(const std::string& message) {
  static const auto words = [] {
    std::vector<std::string> out;
    for (const int number : {ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, EAGAIN, ENOMEM, ENOLCK, ESTALE})
      out.push_back(std::generic_category().message(number));
    return out;
  }();
  for (const auto& word : words)
    if (message.find(word) != message.npos) return true;
  return false;
}

Failure failure_of(const std::exception_ptr& exception) {
  auto failure = failure_by_type(exception);
  if (failure.cause != Failure::Cause::out_of_memory && names_the_machine(failure.message))
    failure.cause = Failure::Cause::machine;
  return failure;
}

}  // namespace lacuna
