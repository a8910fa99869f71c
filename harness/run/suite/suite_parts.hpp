// The parts of a suite, each with its reader. What a part says of other parts is checked by
// read_suite(), which has them all.
#pragma once

#include <filesystem>

#include "lacuna/json_view.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

// "id", or {"id", "params"}.
PluginUse read_plugin_use(const JsonView& view);

RequestSpec read_request(const JsonView& view);
EvaluationSpec read_evaluation(const JsonView& view);
MethodSpec read_method(const JsonView& view, const std::filesystem::path& folder);
AttackSpec read_attack(const JsonView& view);
PublishedUse read_published_use(const JsonView& view, const std::filesystem::path& folder);

}  // namespace lacuna
