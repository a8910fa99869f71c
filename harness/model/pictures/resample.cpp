#include "model/pictures/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace lacuna {
namespace {

constexpr int kPrecision = 22;  // bits after the point
constexpr std::int64_t kLanes = 16;
constexpr std::int64_t kColumns = 64;  // of the vertical pass at a time: its sums stay in registers

// A picture that a vector unit of any make can take: rows of 16 bytes.
using Bytes = std::uint8_t __attribute__((vector_size(kLanes)));
using Block = std::array<Bytes, kLanes>;

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

#define LACUNA_INLINE inline __attribute__((always_inline))

LACUNA_INLINE std::uint8_t to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPrecision, 0, 255));
}

// 16 x 16 bytes, rows to columns: four rounds of shuffling the halves into each other.
LACUNA_INLINE void transpose(Block& block) {
  for (int round = 0; round < 4; ++round) {
    Block next;
    for (std::size_t i = 0; i < 8; ++i) {
      next[2 * i] = __builtin_shufflevector(block[i], block[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                            20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(block[i], block[i + 8], 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    block = next;
  }
}

// Where the horizontal pass puts its rows: three planes of `rows` x `stride` bytes.
struct Planes {
  std::vector<std::uint8_t> bytes;
  std::int64_t rows, stride;

  Planes(std::int64_t rows_, std::int64_t columns)
      : rows(rows_), stride((columns + kColumns - 1) / kColumns * kColumns) {
    bytes.resize(static_cast<std::size_t>(3 * rows * stride));
  }
  std::uint8_t* row(std::int64_t channel, std::int64_t y) {
    return bytes.data() + (channel * rows + y) * stride;
  }
};

// Sixteen rows side by side, so that one instruction handles the same place of all of them.
struct SideBySide {
  std::vector<std::uint8_t> in;   // [columns read x 3, 16]
  std::vector<std::uint8_t> out;  // [3, columns made, 16]
};

// `count` rows of `bytes` bytes each, `pitch` apart -> [bytes, 16]. What lies beyond is not read.
LACUNA_INLINE void gather(const std::uint8_t* rows, std::int64_t pitch, std::int64_t count,
                          std::int64_t bytes, std::uint8_t* out) {
  for (std::int64_t at = 0; at < bytes; at += kLanes) {
    const auto length = std::min(kLanes, bytes - at);
    Block block{};
    for (std::int64_t r = 0; r < count; ++r)
      std::memcpy(&block[static_cast<std::size_t>(r)], rows + r * pitch + at,
                  static_cast<std::size_t>(length));
    transpose(block);
    std::memcpy(out + at * kLanes, block.data(), sizeof block);
  }
}

LACUNA_INLINE void horizontal_sums(const Taps& taps, std::int64_t begin, SideBySide& rows) {
  const auto columns = taps.size();
  for (std::int64_t x = 0; x < columns; ++x) {
    const auto i = static_cast<std::size_t>(x);
    const auto* in = rows.in.data() + (taps.first[i] - begin) * 3 * kLanes;
    const auto* weights = taps.weights.data() + x * taps.most;
    std::int32_t sums[3 * kLanes];
    for (auto& sum : sums) sum = 1 << (kPrecision - 1);
    for (std::int64_t j = 0; j < taps.count[i]; ++j, in += 3 * kLanes)
      for (std::int64_t lane = 0; lane < 3 * kLanes; ++lane) sums[lane] += weights[j] * in[lane];
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t lane = 0; lane < kLanes; ++lane)
        rows.out[static_cast<std::size_t>((c * columns + x) * kLanes + lane)] =
            to_byte(sums[c * kLanes + lane]);
  }
}

LACUNA_INLINE void scatter(const SideBySide& rows, std::int64_t columns, std::int64_t y,
                           std::int64_t count, Planes& planes) {
  for (std::int64_t c = 0; c < 3; ++c) {
    for (std::int64_t x = 0; x < columns; x += kLanes) {
      const auto length = std::min(kLanes, columns - x);
      Block block{};
      std::memcpy(block.data(), rows.out.data() + (c * columns + x) * kLanes,
                  static_cast<std::size_t>(length * kLanes));
      transpose(block);
      for (std::int64_t r = 0; r < count; ++r)
        std::memcpy(planes.row(c, y + r) + x, &block[static_cast<std::size_t>(r)],
                    static_cast<std::size_t>(length));
    }
  }
}

// Rows [first, first + planes.rows) of the picture.
LACUNA_INLINE void horizontal(const PictureView& picture, const Taps& taps, std::int64_t first,
                              Planes& planes) {
  const auto begin = taps.begin(), bytes = 3 * (taps.end() - begin), pitch = 3 * picture.width;
  const auto* in = picture.pixels + first * pitch + 3 * begin;
  if (taps.copies()) {
    for (std::int64_t y = 0; y < planes.rows; ++y)
      for (std::int64_t c = 0; c < 3; ++c)
        for (std::int64_t x = 0; x < taps.size(); ++x)
          planes.row(c, y)[x] = in[y * pitch + 3 * x + c];
    return;
  }
  SideBySide rows;
  rows.in.resize(static_cast<std::size_t>((bytes + kLanes) * kLanes));
  rows.out.resize(static_cast<std::size_t>(3 * taps.size() * kLanes));
  for (std::int64_t y = 0; y < planes.rows; y += kLanes) {
    const auto count = std::min(kLanes, planes.rows - y);
    gather(in + y * pitch, pitch, count, bytes, rows.in.data());
    horizontal_sums(taps, begin, rows);
    scatter(rows, taps.size(), y, count, planes);
  }
}

LACUNA_INLINE void vertical(Planes& planes, const Taps& taps, std::int64_t columns,
                            std::uint8_t* out) {
  const auto begin = taps.begin();
  for (std::int64_t c = 0; c < 3; ++c) {
    for (std::int64_t y = 0; y < taps.size(); ++y, out += columns) {
      const auto i = static_cast<std::size_t>(y);
      const auto* in = planes.row(c, taps.first[i] - begin);
      if (taps.copies()) {
        std::memcpy(out, in, static_cast<std::size_t>(columns));
        continue;
      }
      const auto* weights = taps.weights.data() + y * taps.most;
      for (std::int64_t x = 0; x < columns; x += kColumns) {
        std::int32_t sums[kColumns];
        for (auto& sum : sums) sum = 1 << (kPrecision - 1);
        for (std::int64_t j = 0; j < taps.count[i]; ++j)
          for (std::int64_t k = 0; k < kColumns; ++k)
            sums[k] += weights[j] * in[j * planes.stride + x + k];
        const auto length = std::min(kColumns, columns - x);
        for (std::int64_t k = 0; k < length; ++k) out[x + k] = to_byte(sums[k]);
      }
    }
  }
}

LACUNA_INLINE void both_passes(const PictureView& picture, const Taps& rows, const Taps& columns,
                               std::uint8_t* out) {
  const auto first = rows.begin();
  Planes planes(rows.end() - first, columns.size());
  horizontal(picture, columns, first, planes);
  vertical(planes, rows, columns.size(), out);
}

#if defined(__x86_64__)
// The same code with wider registers: integers only, so the same bytes.
__attribute__((target("avx2"))) void both_passes_avx2(const PictureView& picture, const Taps& rows,
                                                      const Taps& columns, std::uint8_t* out) {
  both_passes(picture, rows, columns, out);
}
#endif

}  // namespace

std::int64_t Taps::begin() const { return *std::min_element(first.begin(), first.end()); }

std::int64_t Taps::end() const {
  std::int64_t end = 0;
  for (std::size_t i = 0; i < first.size(); ++i) end = std::max(end, first[i] + count[i]);
  return end;
}

Taps taps(std::int64_t from, std::int64_t to, std::int64_t crop, std::int64_t size) {
  Taps taps;
  if (from == to) {
    taps.most = 1;
    taps.count.assign(static_cast<std::size_t>(size), 1);
    for (std::int64_t i = 0; i < size; ++i) taps.first.push_back(crop + i);
    return taps;
  }
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double stretch = std::max(scale, 1.0), support = 2 * stretch, shrink = 1 / stretch;
  taps.most = static_cast<std::int64_t>(std::ceil(support)) * 2 + 1;
  taps.weights.resize(static_cast<std::size_t>(size * taps.most));
  std::vector<double> values(static_cast<std::size_t>(taps.most));
  for (std::int64_t i = 0; i < size; ++i) {
    const double centre = (static_cast<double>(crop + i) + 0.5) * scale;
    const auto first = std::max(std::int64_t{0}, static_cast<std::int64_t>(centre - support + 0.5));
    const auto count = std::min(from, static_cast<std::int64_t>(centre + support + 0.5)) - first;
    double sum = 0;
    for (std::int64_t j = 0; j < count; ++j)
      sum += values[static_cast<std::size_t>(j)] =
          bicubic((static_cast<double>(j + first) - centre + 0.5) * shrink);
    for (std::int64_t j = 0; j < count; ++j) {
      auto value = values[static_cast<std::size_t>(j)];
      if (sum != 0) value /= sum;
      taps.weights[static_cast<std::size_t>(i * taps.most + j)] =
          static_cast<std::int32_t>(value * (1 << kPrecision) + (value < 0 ? -0.5 : 0.5));
    }
    taps.first.push_back(first);
    taps.count.push_back(count);
  }
  return taps;
}

void resample(const PictureView& picture, const Taps& rows, const Taps& columns,
              std::uint8_t* out) {
#if defined(__x86_64__)
  static const bool avx2 = __builtin_cpu_supports("avx2");
  if (avx2) return both_passes_avx2(picture, rows, columns, out);
#endif
  both_passes(picture, rows, columns, out);
}

}  // namespace lacuna
