// Methods that are no plugins: weights made by any command, or made elsewhere (docs/doors.md). They
// stand in a suite's "methods" under their ids like any other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/plugin.hpp"
#include "model/weights/checkpoint.hpp"
#include "train/samples_file.hpp"

namespace lacuna {

// "external" and "weights".
const std::vector<std::string>& door_ids();
bool is_door(const std::string& id);
const Info& door_info(const std::string& id);
// Its parameters, as describe() of params.hpp gives a plugin's.
nlohmann::ordered_json describe_door(const std::string& id);

// Its parameters, checked and with their defaults; paths relative to `folder` (the suite's) become
// absolute in "places" only, so that no path of this machine gets into a key:
// {"params": {…}, "contents": {"<parameter or file>": "<SHA-256>"}, "places": {…}}.
// Throws ConfigError("<parameter>: reason").
nlohmann::json resolve_door(const std::string& id, const nlohmann::json& params,
                            const std::filesystem::path& folder);

// What a door's command or file starts from.
struct DoorJob {
  std::string id;
  nlohmann::json resolved;  // of resolve_door
  const Checkpoint& original;
  const SampleSets& sets;
  nlohmann::json request;  // what was asked, for people and programs (docs/doors.md)
  std::int64_t seed = 0;
  std::filesystem::path work;  // a folder of its own; it may be left full
};

// What a command did that makes its row a failure; the kind is one of docs/results.md: "crash",
// "timeout", or "exception" for a status that is not 0 and for what it should have left.
class DoorFailure : public Error {
 public:
  DoorFailure(std::string what, const std::string& message)
      : Error(message), kind(std::move(what)) {}
  std::string kind;
};

// The unlearned weights, checked as those of a method are. Throws Error with the row's reason: a
// crash, a status that is not 0, weights that are missing or misshaped (DoorFailure), or not finite
// (NotFinite). A command killed by somebody else is told in the system's words for a lack of
// memory, so it is no failure of the row's (support/failure.hpp).
NamedTensors through_door(const DoorJob& job);

}  // namespace lacuna
