// The folders of tests: one that is gone when the test is over, and the shared real data.
#pragma once

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace lacuna::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lacuna-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot be made");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Where the real data are: LACUNA_DATA, whatever it names; only where it is not set at all,
// shared/data beside the checkout. Need not exist.
inline std::filesystem::path shared_data() {
  const char* given = std::getenv("LACUNA_DATA");
  if (given == nullptr)
    return std::filesystem::path(LACUNA_SOURCE_DIR).parent_path() / "shared/data";
  return *given ? given : "/dev/null";  // an empty path would name the working folder
}

}  // namespace lacuna::testing
