// What a cell is likely to cost, from the records of cells that have been run.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "run/store.hpp"

namespace lacuna {

class Estimate {
 public:
  // Reads every record of the folder; one that does not exist has none, damaged ones are passed
  // over.
  explicit Estimate(const Store& store);

  // Mean seconds of one worker for a cell of this method ("original" is one), or of any method but
  // that; nothing if no cell has been run.
  std::optional<double> seconds(const std::string& method) const;

 private:
  struct Sum {
    double seconds = 0;
    int cells = 0;
  };
  std::map<std::string, Sum> methods_;
};

}  // namespace lacuna
