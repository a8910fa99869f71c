// `lacuna run` on the fixture plugins, and what its files say afterwards.
#pragma once

#include <string>
#include <vector>

#include "helpers.hpp"
#include "run/results/store.hpp"

namespace lacuna::testing {

Command run(const std::filesystem::path& suite, const std::filesystem::path& out,
            const std::vector<std::string>& more = {});

// How many workers the last line of a run speaks of; 0 if of none.
int processes_of(const Command& command);

nlohmann::json faulty(const std::string& how);

// Every file below a folder, with the time of its last change.
using Times = std::map<std::string, std::int64_t>;
Times times_in(const std::filesystem::path& folder);
Times under(const Times& times, const std::filesystem::path& folder);

// unlearn/<key>.json of the only cell with this label.
nlohmann::json unlearned(const std::filesystem::path& out, const std::string& label);

}  // namespace lacuna::testing
