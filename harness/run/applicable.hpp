// Whether a request gives a method what it needs.
#pragma once

#include <string>

#include "run/method_variants.hpp"
#include "run/resolved_request.hpp"

namespace lacuna {

// The reason why not; empty if it does. The request's dataset must be there.
std::string why_not_applicable(const MethodVariant& variant, const ResolvedRequest& request);

}  // namespace lacuna
