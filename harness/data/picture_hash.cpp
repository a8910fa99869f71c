#include "data/picture_hash.hpp"

#include <fmt/format.h>

#include "support/hash.hpp"

namespace lacuna {

std::string picture_hash(const at::Tensor& picture) {
  const auto bytes = picture.contiguous();
  return Sha256()
      .update(fmt::format("{}x{}:", bytes.size(0), bytes.size(1)))
      .update(bytes.const_data_ptr(), bytes.nbytes())
      .hex();
}

}  // namespace lacuna
