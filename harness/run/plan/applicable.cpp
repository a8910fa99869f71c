#include "run/plan/applicable.hpp"

namespace lacuna {

std::string why_not_applicable(const MethodVariant& variant, const ResolvedRequest& request) {
  const bool granted = static_cast<bool>(request.spec->retain);
  const bool flat = !request.data->dataset->taxonomy().hierarchical();
  if (variant.needs_it(Ability::retain) && !granted)
    return "the method needs samples of retained concepts, which this request does not grant";
  if (flat && variant.needs_it(Ability::coarse_names))
    return "the method needs coarse class names, which the request's dataset does not have";
  if (flat && variant.needs_it(Ability::keep) && !granted)
    return "the method needs something to keep: coarse class names, which the request's dataset "
           "does not have, or samples of retained concepts, which it does not grant";
  if (flat && variant.kl.at("coarse") != 0)
    return "kl.coarse needs coarse class names, which the request's dataset does not have";
  return "";
}

}  // namespace lacuna
