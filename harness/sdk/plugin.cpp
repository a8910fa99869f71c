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

const char* to_string(Capability capability) {
  switch (capability) {
    case Capability::coarse_level:
      return "coarse_level";
    case Capability::retain_data:
      return "retain_data";
  }
  return "?";
}

}  // namespace lacuna
