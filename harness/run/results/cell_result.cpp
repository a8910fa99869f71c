#include "run/results/cell_result.hpp"

namespace lacuna {

const char* to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::failed:
      return "failed";
    case Status::not_applicable:
      return "not_applicable";
    case Status::missing:
      return "missing";
  }
  return "missing";
}

}  // namespace lacuna
