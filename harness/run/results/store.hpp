// A results folder: where each file of a cell lives, and who is working on it (docs/results.md).
#pragma once

#include <filesystem>
#include <string>

#include "run/jobs/specs.hpp"
#include "support/file_lock.hpp"

namespace lacuna {

class Store {
 public:
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Makes the folder and its subfolders; removes what killed processes have left: half-written
  // files and folders of plans that are a day old, work on jobs that nobody holds the lock of.
  // Throws ConfigError if the folder cannot be made.
  void create() const;

  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path plan(const std::string& suite) const {
    return folder_ / "plans" / (suite + ".json");
  }
  // <step>/<key>.json, and what stands beside it.
  std::filesystem::path result(Step step, const std::string& key) const {
    return folder_ / to_string(step) / (key + ".json");
  }
  std::filesystem::path outcome(const std::string& predict) const {
    return folder_ / relative_outcome(predict);
  }
  std::filesystem::path per_sample(const std::string& score) const {
    return folder_ / "score" / (score + ".safetensors");
  }
  std::filesystem::path record(const std::string& key) const {
    return folder_ / "records" / (key + ".json");
  }
  std::filesystem::path log(const std::string& key) const {
    return folder_ / "logs" / (key + ".txt");
  }
  std::filesystem::path weights(const std::string& unlearn) const {
    return folder_ / "weights" / (unlearn + ".safetensors");
  }
  std::filesystem::path lock(const std::string& name) const {
    return folder_ / "work" / "locks" / name;
  }
  std::filesystem::path set(const std::string& key) const {
    return folder_ / "work" / "sets" / (key + ".safetensors");
  }
  // Where the worker of a job leaves what the run collects.
  std::filesystem::path work(const std::string& key) const {
    return folder_ / "work" / "jobs" / key;
  }

  static std::string relative_outcome(const std::string& predict) {
    return "predict/" + predict + ".safetensors";
  }

 private:
  void remove_left_work() const;

  std::filesystem::path folder_;
};

}  // namespace lacuna
