// Characters of OpenCV's stroke fonts as areas, so that they take part in everything a drawing can
// do.
#pragma once

#include <string>
#include <vector>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"

namespace lacuna::rendering {

// One character in every font and boldness, as rings (holes by the even-odd rule), each filling the
// box of a drawing.
std::vector<std::vector<Ring>> glyphs_of(char character);

// A data set of single characters: concept i is characters[i], drawn in a font that `random`
// chooses.
class Characters {
 public:
  explicit Characters(const std::string& characters);
  void paint(std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb) const;

 private:
  std::vector<std::vector<std::vector<Ring>>> glyphs_;  // [character][variant]
};

}  // namespace lacuna::rendering
