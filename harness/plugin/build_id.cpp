#include "plugin/build_id.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "lacuna/abi.hpp"

namespace lacuna {

namespace {

// The whole beginning, not the magic alone: a plugin's own texts may well say "lacuna-build ".
constexpr std::string_view beginning = LACUNA_BUILD_MAGIC "abi=";

std::string text_at(std::string_view file, std::size_t at) {
  constexpr std::size_t longest = 200;
  auto text = std::string(file.substr(at, longest));
  text.resize(std::min(text.size(), text.find('\0')));
  for (auto& c : text)
    if (c < ' ' || c > '~') c = '?';
  return text;
}

template <class T>
bool read(std::string_view file, std::uint64_t offset, T& value) {
  if (offset > file.size() || file.size() - offset < sizeof(T)) return false;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return true;
}

bool holds(std::string_view file, std::uint64_t offset, std::uint64_t bytes) {
  return offset <= file.size() && bytes <= file.size() - offset;
}

}  // namespace

std::string find_build_id(std::string_view file, std::string_view wanted) {
  auto first = file.npos;
  for (auto at = file.find(beginning); at != file.npos; at = file.find(beginning, at + 1)) {
    const auto id = text_at(file, at);
    if (id == wanted) return id;
    // The bare beginning is what a program that searches for build ids contains, this one for
    // example.
    if (first == file.npos && id.size() > beginning.size()) first = at;
  }
  return first == file.npos ? std::string() : text_at(file, first);
}

std::string why_not_elf(std::string_view file) {
  if (!file.starts_with(ELFMAG)) return "not an ELF file";
  Elf64_Ehdr header;
  if (!read(file, 0, header)) return "cut short";
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return "not a 64-bit ELF file";
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) return "not a little-endian ELF file";
  if (header.e_type != ET_DYN) return "not a shared library";
  // The section headers come last in the file, so that a cut anywhere loses some of them.
  if (!holds(file, header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize))
    return "cut short";
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    if (!read(file, header.e_phoff + i * header.e_phentsize, segment)) return "cut short";
    if (segment.p_type == PT_LOAD && !holds(file, segment.p_offset, segment.p_filesz))
      return "cut short";
  }
  return "";
}

}  // namespace lacuna
