// What is known of a door when a run is planned: checked parameters, contents, places.
#include <fmt/format.h>

#include <algorithm>

#include "doors/doors.hpp"
#include "doors/job_folder.hpp"
#include "doors/params.hpp"
#include "lacuna/input.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/safetensors.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Resolved {
  json params = {}, contents = json::object(), places = json::object();
};

// The name of a file as it will lie in the folder of the job: below it, and no name of its own.
std::string name_in_folder(const std::string& parameter, const std::string& written) {
  const auto name = fs::path(written).lexically_normal().generic_string();
  const auto refuse = [&](const char* reason) {
    throw ConfigError(fmt::format("{}: '{}' {}", parameter, written, reason));
  };
  if (written.empty() || name == ".") refuse("is no name of a file");
  if (fs::path(name).is_absolute())
    refuse("is a path of this machine (name a file relative to the suite)");
  if (name == ".." || name.starts_with("../"))
    refuse("lies outside the suite's folder (put it beside the suite, or below)");
  const auto first = name.substr(0, name.find('/'));
  if (std::find(std::begin(kNamesOfTheFolder), std::end(kNamesOfTheFolder), first) !=
      std::end(kNamesOfTheFolder))
    refuse("is a name that the command's folder has for itself (docs/doors.md)");
  return name;
}

Resolved resolve_external(const json& given, const fs::path& folder) {
  auto params = parse<ExternalParams>(given);
  if (params.command.empty())
    throw ConfigError("command: is missing ([\"python3\", \"unlearn.py\"])");
  auto& program = params.command.front();
  if (program.empty() || program.ends_with('/'))
    throw ConfigError("command: '" + program + "' is no name of a program");
  if (fs::path(program).is_absolute())
    throw ConfigError(fmt::format(
        "command: '{}' is a path of this machine (name a program of PATH, or a file relative to "
        "the suite)",
        program));
  // A program of the suite's own is one of its files.
  if (program.find('/') != program.npos) {
    program = "./" + name_in_folder("command", program);
    params.files.push_back(program);
  }
  Resolved out;
  for (auto& file : params.files) {
    const auto parameter = file == program ? "command" : "files";
    file = name_in_folder(parameter, file);
    const auto path = folder / file;
    try {
      RegularFile(path, "a file");
    } catch (const ConfigError& error) {
      throw ConfigError(fmt::format("{}: {}: {}", parameter, file, error.what()));
    }
    out.contents[file] = sha256_file(path);
    out.places[file] = fs::absolute(path).lexically_normal().string();
  }
  std::sort(params.files.begin(), params.files.end());
  params.files.erase(std::unique(params.files.begin(), params.files.end()), params.files.end());
  out.params = resolved(params);
  return out;
}

// One hash for equal weights, whatever file they are in.
std::string hash_of_weights(const fs::path& path) {
  try {
    return weights_hash(fs::is_directory(path) ? open_model(path).tensors : map_tensors(path));
  } catch (const ConfigError& error) {
    throw ConfigError(std::string("file: ") + error.what());
  }
}

Resolved resolve_weights(const json& given, const fs::path& folder) {
  const auto params = parse<WeightsParams>(given);
  if (params.file.empty())
    throw ConfigError("file: is missing (a file of weights, or a model's folder)");
  const auto path = fs::absolute(folder / params.file).lexically_normal();
  Resolved out;
  out.params = resolved(params);
  out.params.erase("file");  // the contents say what it was; where it lay matters to nobody
  out.contents["file"] = hash_of_weights(path);
  out.places["file"] = path.string();
  return out;
}

}  // namespace

json resolve_door(const std::string& id, const json& params, const fs::path& folder) {
  door_info(id);  // throws for what is none
  const auto resolved =
      id == "external" ? resolve_external(params, folder) : resolve_weights(params, folder);
  return {
      {"params", resolved.params}, {"contents", resolved.contents}, {"places", resolved.places}};
}

}  // namespace lacuna
