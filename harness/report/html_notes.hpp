// What several tables of the page share: numbered reasons, badges, links to result files, arrows.
#pragma once

#include <string>
#include <vector>

#include "report/html_parts.hpp"

namespace lacuna::report {

// Reasons that a table refers to by number, each said once below it.
class Notes {
 public:
  explicit Notes(std::string prefix) : prefix_(std::move(prefix)) {}

  // `markup` is already escaped.
  std::string reference(const std::string& markup);
  std::string list() const;

 private:
  std::string prefix_;
  std::vector<std::string> notes_;
};

std::string badge(Status status, std::size_t count, bool counted);

// A missing cell has no file to link to.
std::string cell_link(const Place& place, const Cell& cell, const std::string& markup);

std::string arrow(const Column& column);

}  // namespace lacuna::report
