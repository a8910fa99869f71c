// Who made what a suite uses, and how to cite it.
#pragma once

#include <string>

#include "lacuna/plugin.hpp"
#include "run/jobs/spec_fields.hpp"

namespace lacuna {

// Of a plugin or a door. It moves no number and is in no key.
struct Credit {
  using is_spec = void;
  std::string kind = {};  // "method", "dataset" or "metric"
  std::string id = {}, version = {}, summary = {};
  std::string citation = {}, authors = {}, address = {}, license = {};  // as Info has them

  static void fields(auto& self, auto&& field) {
    field("kind", self.kind);
    field("id", self.id);
    field("version", self.version);
    field("summary", self.summary);
    field.optional("citation", self.citation);
    field.optional("authors", self.authors);
    field.optional("address", self.address);
    field.optional("license", self.license);
  }
};

inline Credit credit_of(Kind kind, const Info& info) {
  return {.kind = to_string(kind),
          .id = info.id,
          .version = info.version,
          .summary = info.summary,
          .citation = info.citation,
          .authors = info.authors,
          .address = info.address,
          .license = info.license};
}

}  // namespace lacuna
