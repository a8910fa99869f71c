#include "report/credits.hpp"

#include <set>

namespace lacuna::report {

std::vector<Credit> credits_of(const Board& board) {
  std::set<std::string> methods;
  for (const auto& row : board.rows) {
    methods.insert(row.method_id);
    for (const auto& attack : row.attacks) methods.insert(attack.method_id);
  }
  std::vector<Credit> out;
  for (const auto& credit : board.plan->credits)
    if (credit.kind != to_string(Kind::method) || methods.contains(credit.id))
      out.push_back(credit);
  return out;
}

}  // namespace lacuna::report
