#include "model/weights/safetensors_header.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>

#include "lacuna/input.hpp"
#include "model/weights/refuse_file.hpp"

namespace lacuna {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kHeaderLimit = 100'000'000;

struct DType {
  std::string_view name;
  at::ScalarType type;
};
constexpr std::array kDTypes{
    DType{"F32", at::kFloat},  DType{"F16", at::kHalf}, DType{"BF16", at::kBFloat16},
    DType{"F64", at::kDouble}, DType{"I64", at::kLong}, DType{"I32", at::kInt},
    DType{"I16", at::kShort},  DType{"I8", at::kChar},  DType{"U8", at::kByte},
    DType{"BOOL", at::kBool},
};

Json parse_header(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const Json::parser_callback_t refuse_duplicates = [&](int, Json::parse_event_t event,
                                                        Json& parsed) {
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      refuse_file(fmt::format("header names '{}' twice", parsed.get<std::string>()));
    return true;
  };
  if (nested_too_deeply(text)) refuse_file("header is nested too deeply (not a safetensors file?)");
  Json header;
  try {
    header = Json::parse(text, refuse_duplicates);
  } catch (const Json::exception&) {
    refuse_file("header is not valid JSON (not a safetensors file, or a damaged one)");
  }
  if (!header.is_object()) refuse_file("header is not a JSON object");
  return header;
}

using Entry = SafetensorsEntry;

std::uint64_t unsigned_integer(const Json& json, const std::string& name, const char* what) {
  if (!json.is_number_unsigned())
    refuse_file(fmt::format("tensor '{}': {} must be non-negative integers", name, what));
  return json.get<std::uint64_t>();
}

// Bytes of a tensor, nothing if they do not fit 63 bits. A zero dimension does not excuse the
// others: LibTorch multiplies them for the strides.
std::optional<std::uint64_t> byte_count(const std::vector<std::int64_t>& shape, std::size_t item) {
  auto extent = static_cast<std::int64_t>(item);
  bool empty = false;
  for (const auto size : shape) {
    if (__builtin_mul_overflow(extent, std::max<std::int64_t>(size, 1), &extent)) return {};
    empty |= size == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(extent);
}

Entry parse_entry(const std::string& name, const Json& json, std::uint64_t buffer) {
  if (!json.is_object())
    refuse_file(fmt::format("tensor '{}': its entry is not a JSON object", name));
  for (const auto& [key, value] : json.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      refuse_file(fmt::format(
          "tensor '{}': unknown key '{}' (dtype, shape and data_offsets are known)", name, key));
  for (const char* key : {"dtype", "shape", "data_offsets"})
    if (!json.contains(key)) refuse_file(fmt::format("tensor '{}': {} is missing", name, key));

  Entry entry{.name = name};
  const auto& dtype = json["dtype"];
  const auto known = std::find_if(kDTypes.begin(), kDTypes.end(), [&](const DType& candidate) {
    return dtype.is_string() && dtype.get_ref<const std::string&>() == candidate.name;
  });
  if (known == kDTypes.end())
    refuse_file(
        fmt::format("tensor '{}': unknown dtype {} (F32, F16, BF16, F64, I64, I32, I16, I8, U8 and "
                    "BOOL are known)",
                    name, dtype.dump()));
  entry.type = known->type;

  if (!json["shape"].is_array()) refuse_file(fmt::format("tensor '{}': shape is not a list", name));
  for (const auto& size : json["shape"]) {
    const auto value = unsigned_integer(size, name, "shape's sizes");
    if (value > static_cast<std::uint64_t>(INT64_MAX))
      refuse_file(fmt::format("tensor '{}': shape is too large", name));
    entry.shape.push_back(static_cast<std::int64_t>(value));
  }
  const auto bytes = byte_count(entry.shape, c10::elementSize(entry.type));
  if (!bytes) refuse_file(fmt::format("tensor '{}': shape is too large", name));

  const auto& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2)
    refuse_file(fmt::format("tensor '{}': data_offsets is not a pair of numbers", name));
  entry.begin = unsigned_integer(offsets[0], name, "data_offsets");
  entry.end = unsigned_integer(offsets[1], name, "data_offsets");
  if (entry.begin > entry.end)
    refuse_file(fmt::format("tensor '{}': data_offsets [{}, {}] end before they begin", name,
                            entry.begin, entry.end));
  if (entry.end > buffer)
    refuse_file(fmt::format(
        "tensor '{}': data_offsets [{}, {}] lie outside the file's {} bytes of data (truncated?)",
        name, entry.begin, entry.end, buffer));
  if (entry.end - entry.begin != *bytes)
    refuse_file(fmt::format("tensor '{}': {} bytes for a {} of shape [{}], which takes {}", name,
                            entry.end - entry.begin, known->name, fmt::join(entry.shape, ", "),
                            *bytes));
  return entry;
}

std::map<std::string, std::string> parse_metadata(const Json& json) {
  std::map<std::string, std::string> metadata;
  if (!json.is_object()) refuse_file("__metadata__ is not a JSON object");
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) refuse_file(fmt::format("__metadata__: '{}' is not a string", key));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

void require_full_cover(std::vector<Entry>& entries, std::uint64_t buffer) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t at = 0;
  for (const auto& entry : entries) {
    if (entry.begin < at)
      refuse_file(fmt::format("tensor '{}': its bytes overlap another tensor's", entry.name));
    if (entry.begin > at)
      refuse_file(fmt::format("{} bytes before tensor '{}' belong to no tensor", entry.begin - at,
                              entry.name));
    at = entry.end;
  }
  if (at != buffer)
    refuse_file(fmt::format("{} bytes after the last tensor belong to no tensor", buffer - at));
}

}  // namespace

SafetensorsLayout safetensors_layout(std::string_view file) {
  refuse_impostors(file, "the weights");
  if (file.size() < 8)
    refuse_file(
        fmt::format("{} bytes are too few for a safetensors file (truncated?)", file.size()));
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), sizeof length);
  if (length > kHeaderLimit)
    refuse_file(fmt::format("header length {} exceeds the limit of {} (not a safetensors file?)",
                            length, kHeaderLimit));
  if (length > file.size() - 8)
    refuse_file(fmt::format("header length {} exceeds the {} bytes that follow (truncated?)",
                            length, file.size() - 8));
  const auto header = parse_header(file.substr(8, length));

  SafetensorsLayout layout;
  layout.data = 8 + length;
  const auto bytes = file.size() - layout.data;
  for (const auto& [name, json] : header.items()) {
    if (name == kSafetensorsMetadata)
      layout.metadata = parse_metadata(json);
    else
      layout.entries.push_back(parse_entry(name, json, bytes));
  }
  require_full_cover(layout.entries, bytes);
  return layout;
}

std::string_view safetensors_dtype(const std::string& tensor, at::ScalarType type) {
  for (const auto& dtype : kDTypes)
    if (dtype.type == type) return dtype.name;
  throw Error(fmt::format("tensor '{}': a safetensors file cannot hold dtype {}", tensor,
                          c10::toString(type)));
}

}  // namespace lacuna
