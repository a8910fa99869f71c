#include "doors/doors.hpp"

#include <fmt/ranges.h>

#include "doors/external.hpp"
#include "doors/left_weights.hpp"
#include "doors/params.hpp"

namespace lacuna {
namespace {

struct Door {
  Info info;
  nlohmann::ordered_json (*describe)();
  NamedTensors (*open)(const DoorJob& job);
};

const std::vector<Door>& doors() {
  static const std::vector<Door> all{
      {.info = {.id = "external",
                .version = "1.0.0",
                .summary = "Any command: gets model and samples as files, leaves unlearned weights",
                .license = "Apache-2.0"},
       .describe = &describe<ExternalParams>,
       .open = &through_external},
      {.info = {.id = "weights",
                .version = "1.0.0",
                .summary = "Unlearned weights made elsewhere",
                .license = "Apache-2.0"},
       .describe = &describe<WeightsParams>,
       .open = &through_weights}};
  return all;
}

const Door* find(const std::string& id) {
  for (const auto& door : doors())
    if (door.info.id == id) return &door;
  return nullptr;
}

const Door& known(const std::string& id) {
  if (const auto* door = find(id)) return *door;
  throw ConfigError(fmt::format("'{}': no such door ({})", id, fmt::join(door_ids(), ", ")));
}

}  // namespace

const std::vector<std::string>& door_ids() {
  static const auto ids = [] {
    std::vector<std::string> out;
    for (const auto& door : doors()) out.push_back(door.info.id);
    return out;
  }();
  return ids;
}

bool is_door(const std::string& id) { return find(id) != nullptr; }

const Info& door_info(const std::string& id) { return known(id).info; }

nlohmann::ordered_json describe_door(const std::string& id) { return known(id).describe(); }

NamedTensors through_door(const DoorJob& job) { return known(job.id).open(job); }

}  // namespace lacuna
