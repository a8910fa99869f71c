// What a call complains of.
#pragma once

#include <string>

#include "lacuna/error.hpp"

namespace lacuna::testing {

// what() of the E that `call` throws; "" if it throws none.
template <class E = Error, class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace lacuna::testing
