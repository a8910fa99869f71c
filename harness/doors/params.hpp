// The parameters of the doors.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/params.hpp"

namespace lacuna {

// Any JSON will do; found by the templates of params.hpp through Field's namespace.
inline void read_field(const std::string&, const nlohmann::json& json, const Field&,
                       nlohmann::json& value) {
  value = json;
}

struct ExternalParams {
  std::vector<std::string> command = {}, files = {};
  std::int64_t time_limit = 0;
  nlohmann::json args = nlohmann::json::object();

  void visit(auto&& field) {
    field("command", command,
          Field{.help = "program and arguments; the program is one of PATH, or a file beside the "
                        "suite"});
    field("files", files,
          Field{.help = "files that it needs, relative to the suite; copied to where it works, "
                        "their contents are in the key"});
    field("time_limit", time_limit, Field{.help = "seconds; 0: none", .min = 0, .max = 1e9});
    field("args", args, Field{.help = "any JSON; handed on in job.json"});
  }
};

struct WeightsParams {
  std::string file = {}, made_by = {};

  void visit(auto&& field) {
    field("file", file,
          Field{.help = "a file of weights, or a model of any format, relative to the suite; its "
                        "contents are in the key"});
    field("made_by", made_by, Field{.help = "how it was made, for readers of the board"});
  }
};

}  // namespace lacuna
