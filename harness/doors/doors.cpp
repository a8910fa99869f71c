#include "doors/doors.hpp"

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

const Door& find(const std::string& id) {
  static const Door doors[] = {
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
  for (const auto& door : doors)
    if (door.info.id == id) return door;
  throw ConfigError("'" + id + "': no such door (external, weights)");
}

}  // namespace

const std::vector<std::string>& door_ids() {
  static const std::vector<std::string> ids{"external", "weights"};
  return ids;
}

bool is_door(const std::string& id) { return id == "external" || id == "weights"; }

const Info& door_info(const std::string& id) { return find(id).info; }

nlohmann::ordered_json describe_door(const std::string& id) { return find(id).describe(); }

NamedTensors through_door(const DoorJob& job) { return find(job.id).open(job); }

}  // namespace lacuna
