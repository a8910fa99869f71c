// Small PyTorch archives put together by hand, for the tests that damage them.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>

#include "fixtures.hpp"
#include "model/weights/zip_writer.hpp"

namespace lacuna::testing {

// The opcodes of a pickle that PyTorch would write.
namespace pickle {

inline std::string text(const std::string& value) {
  const auto size = static_cast<std::uint32_t>(value.size());
  std::string out = "X";
  return out.append(reinterpret_cast<const char*>(&size), 4) + value;
}
inline std::string integer(std::int32_t value) {
  std::string out = "J";
  return out.append(reinterpret_cast<const char*>(&value), 4);
}
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(std::initializer_list<std::int32_t> values) {
  std::string out = "(";
  for (const auto value : values) out += integer(value);
  return out + "t";
}
inline std::string storage(const std::string& type, const std::string& key, std::int32_t size) {
  auto out = std::string(1, '(');
  out.append(text("storage")).append(global("torch", type)).append(text(key)).append(text("cpu"));
  return out.append(integer(size)).append("tQ");
}
struct View {
  std::int32_t offset = 0;
  std::initializer_list<std::int32_t> sizes = {4};
  std::initializer_list<std::int32_t> strides = {1};
};
inline std::string tensor(const std::string& stored, const View& view = {}) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + stored + integer(view.offset) +
         tuple(view.sizes) + tuple(view.strides) + "\x89" + global("collections", "OrderedDict") +
         ")RtR";
}
// A whole pickle: a dictionary of these entries.
inline std::string dictionary(const std::string& entries) { return "\x80\x02}(" + entries + "u."; }
// {"w": a tensor of four floats in storage 0}
inline std::string one_tensor(const View& view = {}) {
  return dictionary(text("w") + tensor(storage("FloatStorage", "0", 4), view));
}

}  // namespace pickle

using Entries = std::map<std::string, std::string>;

inline std::string zip_of(const Entries& entries) {
  std::string bytes;
  ZipWriter zip([&](std::string_view piece) { bytes.append(piece); });
  for (const auto& [name, content] : entries) zip.add(name, content);
  zip.finish();
  return bytes;
}

// An archive with this data.pkl and one storage of four floats, 1 to 4.
inline Entries one_storage(const std::string& data_pkl) {
  const float values[] = {1, 2, 3, 4};
  return {{"m/data.pkl", data_pkl},
          {"m/data/0", std::string(reinterpret_cast<const char*>(values), sizeof values)},
          {"m/version", "3\n"}};
}

}  // namespace lacuna::testing
