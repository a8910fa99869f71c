#include "lacuna/plugin.hpp"

namespace lacuna {

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::method:
      return "method";
    case Kind::dataset:
      return "dataset";
    case Kind::metric:
      return "metric";
  }
  return "?";
}

const char* to_string(Ability ability) {
  switch (ability) {
    case Ability::coarse_names:
      return "coarse_names";
    case Ability::keep:
      return "keep";
    case Ability::retain:
      return "retain";
    case Ability::text_features:
      return "text_features";
    case Ability::hidden_states:
      return "hidden_states";
  }
  return "?";
}

}  // namespace lacuna
