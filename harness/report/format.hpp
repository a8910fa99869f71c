// Numbers as people read them: fractions in per cent, two decimals, mean ± sd.
#pragma once

#include <string>

#include "report/table.hpp"
#include "support/safe_text.hpp"  // grouped()

namespace lacuna::report {

// 0.97861 → "97.86"; never "-0.00".
std::string percent(double fraction);

// A difference of two fractions in percentage points, with its sign: "+0.12", "-3.40", "0.00".
std::string points(double difference);

// A value with the unit of its metric: "1" is a fraction and shown in per cent, anything else as it
// is.
std::string with_unit(double value, const std::string& unit);

// "97.86 ± 0.31", "97.86" for one seed, "-" if undefined.
std::string mean_and_sd(const Measure& measure, const std::string& unit);

// "Forget" of a column in the group "Forget set"; "" of one in another group.
std::string set_of(const Column& column);

// A column's title with its unit, where that is not per cent: "Drift, l2".
std::string head_title(const Column& column);

// The same out of its group: "Forget coarse", "OxfordPet Q-U".
std::string full_title(const Column& column);

// "difficult: 10 concepts of shapes": what was asked to be forgotten, as far as any result says it.
std::string request_in_words(const Board& board);

// "failed (nan): loss is not finite" and the like; empty if ok.
std::string status_in_words(const Cell& cell);

// Member `key` of an object as text (numbers in JSON's form); "" if it is absent or no scalar.
std::string member(const nlohmann::json& object, const char* key);

}  // namespace lacuna::report
