// Who works on what, between runs that share a folder; within one run a lock may have several
// holders.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "run/results/store.hpp"

namespace lacuna {

class JobLocks {
 public:
  explicit JobLocks(const Store& store) : store_(store) {}

  // Null while another run holds it. Throws Error.
  std::shared_ptr<FileLock> hold(const std::string& key) {
    auto& known = held_[key];
    if (auto lock = known.lock()) return lock;
    auto lock = FileLock::acquire(store_.lock(key));
    if (!lock) return nullptr;
    auto shared = std::make_shared<FileLock>(std::move(*lock));
    known = shared;
    return shared;
  }

 private:
  const Store& store_;
  std::map<std::string, std::weak_ptr<FileLock>> held_;
};

}  // namespace lacuna
