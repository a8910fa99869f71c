// What a job is likely to cost, from the records of jobs that have been run.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "run/results/stored_jobs.hpp"

namespace lacuna {

class Estimate {
 public:
  // Reads every record of the folder; one that does not exist has none, damaged ones are passed
  // over.
  explicit Estimate(StoredJobs& stored);

  // Mean seconds of a worker for a job like this: unlearning by the same method, or by any; the
  // predictions of the same data set's split, or of any. Nothing if none has been run. Sets and
  // scores cost nothing that counts.
  std::optional<double> seconds(const Job& job) const;

 private:
  struct Sum {
    double seconds = 0;
    int jobs = 0;
  };
  std::map<std::pair<Step, std::string>, Sum> kinds_;
};

}  // namespace lacuna
