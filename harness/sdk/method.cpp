#include "lacuna/method.hpp"

namespace lacuna {

Objective::~Objective() = default;
UnlearnContext::~UnlearnContext() = default;
Method::~Method() = default;

}  // namespace lacuna
