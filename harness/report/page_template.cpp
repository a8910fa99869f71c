#include "report/page_template.hpp"

#include <kainjow/mustache.hpp>
#include <map>

#include "lacuna/error.hpp"
#include "page_files.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

namespace mustache = kainjow::mustache;

mustache::data data_of(const nlohmann::json& value) {
  if (value.is_object()) {
    mustache::data out(mustache::data::type::object);
    for (const auto& [name, member] : value.items()) out[name] = data_of(member);
    return out;
  }
  if (value.is_array()) {
    mustache::list list;
    list.reserve(value.size());
    for (const auto& element : value) list.push_back(data_of(element));
    return mustache::data(list);
  }
  if (value.is_string() && !value.get_ref<const std::string&>().empty())
    return mustache::data(value.get_ref<const std::string&>());
  if (value.is_number()) return mustache::data(value.dump());
  return mustache::data(value.is_boolean() && value.get<bool>());
}

mustache::mustache& parsed(const std::string& name) {
  thread_local std::map<std::string, mustache::mustache> all;  // to render is to change it
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  mustache::mustache fresh{std::string(page_file(name + ".mustache"))};
  if (!fresh.is_valid()) throw Error(name + ".mustache: " + fresh.error_message());
  fresh.set_custom_escape([](const std::string& text) { return esc(text); });
  return all.emplace(name, std::move(fresh)).first->second;
}

}  // namespace

std::string_view page_file(std::string_view name) {
  for (const auto& [known, text] : page_files) {
    if (known == name) return text;
  }
  throw Error(std::string(name) + ": no such file of the page");
}

std::string render(const std::string& name, const nlohmann::json& view) {
  return parsed(name).render(data_of(view));
}

}  // namespace lacuna::report
