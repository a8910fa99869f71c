// MATLAB files (version 5 and 7), read through libmatio, with errors that name file and variable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct matvar_t;

namespace lacuna::pictures {

// One variable: an array of numbers, a cell array of texts, or a struct array. Every function
// throws ConfigError("<file>: <variable>: reason") where the variable is of another kind or
// damaged.
class MatVariable {
 public:
  std::size_t size() const;  // elements, whatever the shape

  // Every element of an array of numbers, which must all be whole.
  std::vector<std::int64_t> integers() const;

  // Every element of a cell array of texts; an empty cell gives "".
  std::vector<std::string> texts() const;

  // Of a struct array: is there such a field; what it holds in element `index`.
  bool has(const std::string& field) const;
  std::int64_t integer(std::size_t index, const std::string& field) const;
  std::string text(std::size_t index, const std::string& field) const;

 private:
  friend class MatFile;
  MatVariable(std::string where, std::shared_ptr<matvar_t> variable)
      : where_(std::move(where)), variable_(std::move(variable)) {}
  matvar_t* element(std::size_t index, const std::string& field) const;

  std::string where_;
  std::shared_ptr<matvar_t> variable_;
};

// [one thread at a time in a process: libmatio is told so by a lock]
class MatFile {
 public:
  // Throws ConfigError("<file>: reason"): not there, no MATLAB file.
  explicit MatFile(std::filesystem::path file);

  // Throws ConfigError: no such variable (names those that are there), damaged.
  MatVariable variable(const std::string& name) const;
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::filesystem::path file_;
  std::vector<std::string> names_;
};

}  // namespace lacuna::pictures
