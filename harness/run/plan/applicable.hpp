// Whether a request gives a method what it needs.
#pragma once

#include <string>

#include "run/plan/resolved_request.hpp"
#include "run/suite/method_variants.hpp"

namespace lacuna {

// The reason why not; empty if it does. The request's dataset must be there.
std::string why_not_applicable(const MethodVariant& variant, const ResolvedRequest& request);

}  // namespace lacuna
