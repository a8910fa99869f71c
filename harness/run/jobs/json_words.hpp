// What a person writes as JSON: ids, lists of words.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/json_view.hpp"

namespace lacuna {

// An id at `key`: letters, digits, '_' and '-', for ids become file and tensor names.
std::string read_id(const JsonView& view, const std::string& key = "id");

// A list of at least one word, each once.
std::vector<std::string> read_words(const JsonView& view);

// The object at `key`; an empty one if absent.
nlohmann::json read_object(const JsonView& view, const std::string& key);

// Every word of the list must be one of `known`; `what` says of which kind they are.
void refuse_unknown(const JsonView& list, const std::vector<std::string>& known, const char* what);

}  // namespace lacuna
