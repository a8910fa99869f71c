#include "pictures/mat_file.hpp"

#include <matio.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "pictures/mat_check.hpp"

namespace lacuna::pictures {
namespace {

std::mutex& lock() {
  static std::mutex mutex;
  return mutex;
}

std::shared_ptr<mat_t> open(const std::filesystem::path& file) {
  // It would write to stderr, and for its own errors end the process; ours say what is wrong.
  [[maybe_unused]] static const int quiet = Mat_LogInitFunc("lacuna", [](int, char*) {});
  std::shared_ptr<mat_t> mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY), [](mat_t* open) {
    if (open) Mat_Close(open);
  });
  if (!mat) throw ConfigError(file.string() + ": is no MATLAB file that can be read");
  return mat;
}

std::size_t count(const matvar_t& variable) {
  std::size_t n = 1;
  for (int i = 0; i < variable.rank; ++i) n *= variable.dims[i];
  return n;
}

// NaN for what is no number.
double number(const matvar_t& variable, std::size_t i) {
  const auto as = [&]<class T>(T) {
    T value;
    std::memcpy(&value, static_cast<const char*>(variable.data) + i * sizeof value, sizeof value);
    return static_cast<double>(value);
  };
  const bool whole =
      variable.data && !variable.isComplex &&
      (i + 1) * static_cast<std::size_t>(std::max(variable.data_size, 0)) <= variable.nbytes;
  if (whole) {
    switch (variable.class_type) {
      case MAT_C_DOUBLE:
        return as(double{});
      case MAT_C_SINGLE:
        return as(float{});
      case MAT_C_INT8:
        return as(std::int8_t{});
      case MAT_C_UINT8:
        return as(std::uint8_t{});
      case MAT_C_INT16:
        return as(std::int16_t{});
      case MAT_C_UINT16:
        return as(std::uint16_t{});
      case MAT_C_INT32:
        return as(std::int32_t{});
      case MAT_C_UINT32:
        return as(std::uint32_t{});
      default:
        break;
    }
  }
  return std::numeric_limits<double>::quiet_NaN();
}

// A row of characters as UTF-8; false if the variable is none.
bool read_text(const matvar_t* variable, std::string& text) {
  text.clear();
  if (!variable) return true;
  const auto n = count(*variable);
  if (n == 0) return true;
  if (variable->class_type != MAT_C_CHAR || !variable->data) return false;
  const auto size = static_cast<std::size_t>(std::max(variable->data_size, 0));
  if ((size != 1 && size != 2) || n * size > variable->nbytes) return false;
  if (size == 1) {
    text.assign(static_cast<const char*>(variable->data), n);
    return true;
  }
  for (std::size_t i = 0; i < n; ++i) {
    std::uint16_t unit;
    std::memcpy(&unit, static_cast<const char*>(variable->data) + 2 * i, 2);
    if (unit < 0x80) {
      text += static_cast<char>(unit);
    } else if (unit < 0x800) {
      text += static_cast<char>(0xC0 | (unit >> 6));
      text += static_cast<char>(0x80 | (unit & 0x3F));
    } else if (unit >= 0xD800 && unit < 0xE000) {
      return false;
    } else {
      text += static_cast<char>(0xE0 | (unit >> 12));
      text += static_cast<char>(0x80 | ((unit >> 6) & 0x3F));
      text += static_cast<char>(0x80 | (unit & 0x3F));
    }
  }
  return true;
}

std::int64_t whole_number(double value, const std::string& where) {
  if (!(std::abs(value) < 1e15) || value != std::floor(value))
    throw ConfigError(where + ": is no whole number");
  return static_cast<std::int64_t>(value);
}

std::string at(const std::string& where, std::size_t index, const std::string& field) {
  return where + '(' + std::to_string(index + 1) + ")." + field;
}

}  // namespace

std::size_t MatVariable::size() const { return count(*variable_); }

std::vector<std::int64_t> MatVariable::integers() const {
  std::vector<std::int64_t> all(size());
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = whole_number(number(*variable_, i), where_ + ": element " + std::to_string(i + 1));
  return all;
}

std::vector<std::string> MatVariable::texts() const {
  if (variable_->class_type != MAT_C_CELL || (size() > 0 && !variable_->data))
    throw ConfigError(where_ + ": is no cell array");
  std::vector<std::string> all(size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!read_text(Mat_VarGetCell(variable_.get(), static_cast<int>(i)), all[i]))
      throw ConfigError(where_ + ": cell " + std::to_string(i + 1) + " is no text");
  }
  return all;
}

bool MatVariable::has(const std::string& field) const {
  if (variable_->class_type != MAT_C_STRUCT) return false;
  const auto* names = Mat_VarGetStructFieldnames(variable_.get());
  const auto n = Mat_VarGetNumberOfFields(variable_.get());
  for (unsigned i = 0; names && i < n; ++i)
    if (names[i] && field == names[i]) return true;
  return false;
}

matvar_t* MatVariable::element(std::size_t index, const std::string& field) const {
  if (variable_->class_type != MAT_C_STRUCT || !variable_->data)
    throw ConfigError(where_ + ": is no struct array");
  if (!has(field)) throw ConfigError(where_ + ": has no field '" + field + "'");
  if (index >= size()) throw ConfigError(at(where_, index, field) + ": out of range");
  return Mat_VarGetStructFieldByName(variable_.get(), field.c_str(), index);
}

std::int64_t MatVariable::integer(std::size_t index, const std::string& field) const {
  const auto* value = element(index, field);
  const bool one = value && count(*value) == 1;
  return whole_number(one ? number(*value, 0) : std::nan(""), at(where_, index, field));
}

std::string MatVariable::text(std::size_t index, const std::string& field) const {
  std::string text;
  if (!read_text(element(index, field), text))
    throw ConfigError(at(where_, index, field) + ": is no text");
  return text;
}

MatFile::MatFile(std::filesystem::path file) : file_(std::move(file)) {
  const auto damage = mat_damage(read_download(file_, "a MATLAB file", kMostPicture));
  if (!damage.empty()) throw ConfigError(file_.string() + ": " + damage);
  const std::lock_guard guard(lock());
  const auto mat = open(file_);
  std::size_t n = 0;
  if (auto* const* names = Mat_GetDir(mat.get(), &n)) {
    for (std::size_t i = 0; i < n; ++i)
      if (names[i]) names_.emplace_back(names[i]);
  }
}

MatVariable MatFile::variable(const std::string& name) const {
  const auto where = file_.string() + ": " + name;
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
    std::string there;
    for (const auto& known : names_) there += (there.empty() ? "" : ", ") + known;
    throw ConfigError(where + ": no such variable (" +
                      (there.empty() ? "the file holds none that can be read" : "there: " + there) +
                      ")");
  }
  const std::lock_guard guard(lock());
  const auto mat = open(file_);
  std::shared_ptr<matvar_t> variable(Mat_VarRead(mat.get(), name.c_str()), [](matvar_t* read) {
    if (read) Mat_VarFree(read);
  });
  if (!variable || !variable->dims || variable->rank < 1) throw ConfigError(where + ": is damaged");
  return {where, variable};
}

}  // namespace lacuna::pictures
