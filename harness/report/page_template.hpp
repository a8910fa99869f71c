// The files of harness/report/page, built in, and the engine that fills them. Mustache: a template
// has no logic but "if there is" and "for each", and every text that it takes is escaped.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lacuna::report {

// The file of that name, "style.css"; throws Error if there is none.
std::string_view page_file(std::string_view name);

// Fills <name>.mustache from an object. {{x}} is escaped by esc(); {{{x}}} is not, and is for what
// this function returned, for style and script alone. To a section, null, false, "" and [] are
// nothing, everything else is something; a number is written as JSON writes it. A name that an
// inner object lacks is looked for in the outer ones, so a view gives all of its names. Throws
// Error if there is no such template or it is malformed.
std::string render(const std::string& name, const nlohmann::json& view);

}  // namespace lacuna::report
