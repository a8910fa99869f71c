// What the tests of the doors share: a tiny model, samples, a folder for a suite and one for a job.
#pragma once

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../folders.hpp"
#include "../message_of.hpp"
#include "../tiny_model.hpp"
#include "doors/doors.hpp"
#include "lacuna/random.hpp"
#include "model/weights/safetensors.hpp"
#include "support/files.hpp"
#include "train/proxies.hpp"

namespace lacuna::testing {

inline Checkpoint tiny_model(std::uint64_t seed = 1) {
  return {tiny_config(), Tokenizer({}),
          Clip::initial_weights(tiny_config(), make_generator(seed, "weights"))};
}

// Pictures of "ant" and of "bee, the \"busy\" one"; `coarse`: labels to be forgotten as well.
inline Samples tiny_set(std::int64_t size = 5, const std::vector<std::int64_t>& coarse = {}) {
  Samples set{.size = size,
              .images = at::randint(256, {size, 3, 8, 8}, make_generator(5, "pictures"), at::kByte),
              .taxonomy = {{"ant", "bee, the \"busy\" one", "cat"}, {"bug", "beast"}, {0, 0, 1}},
              .templates = {"a {}.", "my {}!"}};
  ask_to_forget(set, at::arange(size, at::kLong).remainder(2), coarse);
  return set;
}

inline Samples granted_set() {
  auto set = tiny_set(2);
  ask_to_keep(set, at::full({2}, 2, at::kLong));
  return set;
}

// A suite's folder, a job's folder, and what is done with them.
class Place {
 public:
  std::filesystem::path suite() const { return folder_ / "suite"; }
  std::filesystem::path work() const { return folder_ / "work"; }

  // A file beside the suite.
  void put(const std::string& name, const std::string& text, bool program = false) const {
    namespace fs = std::filesystem;
    const auto path = suite() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    if (program) fs::permissions(path, fs::perms::owner_all);
  }

  nlohmann::json resolve(const std::string& id, const nlohmann::json& params) const {
    std::filesystem::create_directories(suite());
    return resolve_door(id, params, suite());
  }

  NamedTensors through(const std::string& id, const nlohmann::json& params,
                       const SampleSets& sets = {tiny_set()}) const {
    return through_door({.id = id,
                         .resolved = resolve(id, params),
                         .original = model,
                         .sets = sets,
                         .request = {{"id", "difficult"}, {"level", "fine"}},
                         .seed = 3,
                         .work = work()});
  }
  // Of a shell command.
  NamedTensors shell(const std::string& command, nlohmann::json more = {},
                     const SampleSets& sets = {tiny_set()}) const {
    more["command"] = {"sh", "-c", command};
    return through("external", more, sets);
  }

  Checkpoint model = tiny_model();

 private:
  TemporaryFolder folder_;
};

inline bool equal(const NamedTensors& a, const NamedTensors& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, tensor] : a)
    if (!b.contains(name) || !tensor.equal(b.at(name))) return false;
  return true;
}

// "kind: what()" of the DoorFailure that `call` throws; "" if it throws none.
template <class F>
std::string failure_of_door(F&& call) {
  try {
    call();
  } catch (const DoorFailure& error) {
    return error.kind + ": " + error.what();
  }
  return "";
}

}  // namespace lacuna::testing
