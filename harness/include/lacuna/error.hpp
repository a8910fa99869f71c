// What the harness throws. Every message reads `subject: reason (what would be right)`.
#pragma once

#include <stdexcept>
#include <string>

#include "lacuna/abi.hpp"

namespace lacuna {

// Base of everything the harness throws. what() names the thing at fault first, then the reason.
class LACUNA_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~Error() override;
};

// What the user wrote or supplied is wrong: an unknown key, a value out of range, a damaged or
// missing file. Exit 2.
class LACUNA_EXPORT ConfigError : public Error {
 public:
  using Error::Error;
  ~ConfigError() override;
};

// A plugin cannot be loaded, or failed while running. Exit 3.
class LACUNA_EXPORT PluginError : public Error {
 public:
  using Error::Error;
  ~PluginError() override;
};

}  // namespace lacuna
