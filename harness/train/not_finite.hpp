// The guard's word for numbers that are none.
#pragma once

#include <nlohmann/json.hpp>

#include "lacuna/error.hpp"

namespace lacuna {

// A loss or weight that is not finite.
class NotFinite : public Error {
 public:
  using Error::Error;
  nlohmann::json trajectory;  // up to the failure, as in Unlearned
};

}  // namespace lacuna
