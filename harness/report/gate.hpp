// Whether measured and published rows are of the same thing: the original model must get what it
// was published to get before anything unlearned from it is compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

// One count of the original model, both ways.
struct GateCheck {
  std::string group = {}, level = {};
  Count published = {}, measured = {};  // measured.n = 0: not counted
  std::int64_t allowed = 0;             // pictures by which `correct` may differ

  std::int64_t difference() const { return measured.correct - published.correct; }
  bool met() const;
};

struct Gate {
  // open: nothing published to check by. waiting: the original model has no result yet.
  enum class State { passed, failed, waiting, open };
  State state = State::open;
  std::vector<GateCheck> checks = {};
  std::vector<std::string> reasons = {};  // why not passed, most telling first

  bool passed() const { return state == State::passed; }
  bool exact() const;            // every count is the published one
  std::string in_words() const;  // "passed: …", "failed: …"
};

const char* to_string(Gate::State state);

// Of the board's first in-domain evaluation. A count may differ by 0.2 % of its pictures, at least
// by one: what another GPU or picture decoder moves (docs/published.md).
Gate check_gate(const Board& board, const PublishedTable& table, const PublishedBoard& published);

}  // namespace lacuna::report
