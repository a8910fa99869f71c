// Which file or folder a model is that a suite or a command names: by its path, or by its name.
#pragma once

#include <filesystem>
#include <string>

#include "lacuna/dataset.hpp"
#include "lacuna/error.hpp"

namespace lacuna {

// The name is right, but the model is not on this machine. Says every place tried, and how to get
// it.
class ModelMissing : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

struct NamedModel {
  std::string name;  // "demo" of a path ".../demo" or ".../demo.pt", or the whole "openai/ViT-L-14"
  std::filesystem::path path;  // a file or folder that exists, without links and ".."
};

// `text` is a path, relative ones to `base`; or the name of a model that comes with the program
// ("demo", in <prefix>/share/lacuna/models); or "<publisher>/<name>", looked for in every data
// folder as models/<publisher>/<name> and models/<publisher>/<name>.pt. What exists as a path is
// one. Throws ModelMissing for a name of the catalogue, ConfigError for anything else that is not
// there.
NamedModel find_model(const std::string& text, const std::filesystem::path& base,
                      const DataRoots& roots);

}  // namespace lacuna
