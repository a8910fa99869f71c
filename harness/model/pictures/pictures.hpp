// Pictures of a data set, decoded, resized and cropped for a tower: all at once, or as a stream of
// batches.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "model/pictures/picture_cache.hpp"
#include "model/pictures/resize.hpp"

namespace lacuna {

// How pictures are loaded. None of it moves a byte of them.
struct PictureLoading {
  int threads = 0;  // 0: as many as LibTorch uses in this process, the cell's own number
  PictureCache* cache = PictureCache::shared();  // null: none
};

// Pictures of any size, uint8 [H, W, 3] -> uint8 [N, 3, S, S]. Throws Error naming the first that
// is no picture.
at::Tensor stack_pictures(const std::vector<at::Tensor>& pictures, std::int64_t image_size);

// All pictures of a split, or `indices` of it: uint8 [N, 3, S, S]. Decoded in parallel, each kept
// in the cache if it comes from a file. Throws what the data set throws for the first bad picture.
at::Tensor load_pictures(const Dataset& dataset, const std::string& split, std::int64_t image_size,
                         const PictureLoading& loading = {});
at::Tensor load_pictures(const Dataset& dataset, const std::string& split,
                         const std::vector<std::int64_t>& indices, std::int64_t image_size,
                         const PictureLoading& loading = {});

// The same pictures in batches, in order, made by threads of its own while the batch before is in
// use. No more than three batches exist at once, whatever the split's size. [one thread]
class PictureStream {
 public:
  // `dataset` must outlive the stream.
  PictureStream(const Dataset& dataset, std::string split, std::int64_t image_size,
                std::int64_t batch, const PictureLoading& loading = {});
  ~PictureStream();  // stops after the batch in the making
  PictureStream(const PictureStream&) = delete;
  PictureStream& operator=(const PictureStream&) = delete;

  // uint8 [<= batch, 3, S, S]; undefined after the last. Throws what the data set throws for the
  // first bad picture of the batch; after that the stream is at its end.
  at::Tensor next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lacuna
