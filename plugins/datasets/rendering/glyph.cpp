#include "rendering/glyph.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "rendering/styles.hpp"

namespace lacuna::rendering {
namespace {

constexpr int kFonts[] = {cv::FONT_HERSHEY_SIMPLEX, cv::FONT_HERSHEY_DUPLEX,
                          cv::FONT_HERSHEY_COMPLEX, cv::FONT_HERSHEY_TRIPLEX,
                          cv::FONT_HERSHEY_COMPLEX | cv::FONT_ITALIC};
constexpr int kThickness[] = {16, 26, 36};  // pixels of a character some 200 pixels high
constexpr int kReach = 92;                  // units: how far a character reaches from the middle

std::vector<Ring> trace(char character, int font, int thickness) {
  constexpr int side = 448;
  cv::Mat page(side, side, CV_8UC1, cv::Scalar::all(0));
  cv::putText(page, std::string(1, character), {100, 330}, font, 9.0, cv::Scalar::all(255),
              thickness, cv::LINE_8);
  std::vector<Ring> outlines, rings;
  cv::findContours(page, outlines, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  cv::Point low{side, side}, high{0, 0};
  for (const Ring& outline : outlines) {
    for (const cv::Point p : outline) {
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }
  const int extent = std::max({1, high.x - low.x, high.y - low.y});
  for (const Ring& outline : outlines) {
    Ring ring;
    for (std::size_t i = 0; i < outline.size(); i += 5) {
      const cv::Point twice = 2 * outline[i] - low - high;
      ring.emplace_back(twice.x * kReach * kFine / extent, twice.y * kReach * kFine / extent);
    }
    if (ring.size() > 2) rings.push_back(std::move(ring));
  }
  return rings;
}

}  // namespace

std::vector<std::vector<Ring>> glyphs_of(char character) {
  std::vector<std::vector<Ring>> variants;
  for (const int font : kFonts) {
    for (const int thickness : kThickness) variants.push_back(trace(character, font, thickness));
  }
  return variants;
}

Characters::Characters(const std::string& characters) {
  for (const char character : characters) glyphs_.push_back(glyphs_of(character));
}

void Characters::paint(std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb) const {
  const auto& variants = glyphs_[static_cast<std::size_t>(label)];
  const auto last = static_cast<std::int64_t>(variants.size()) - 1;
  Drawing drawing;
  drawing.area(variants[static_cast<std::size_t>(random.between(0, last))]);
  paint_filled(drawing, kText, size, random, rgb);
}

}  // namespace lacuna::rendering
