// Pictures that were decoded and resized once, kept on the disk for every later run.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "model/pictures/resize.hpp"

namespace lacuna {

// Where the cache is: LACUNA_CACHE ("off": nowhere), else XDG_CACHE_HOME/lacuna, else
// HOME/.cache/lacuna. Nothing if none of them is set.
std::optional<std::filesystem::path> cache_folder();

// One file a picture, <folder>/pictures/<transform>/<2 digits>/<rest>, named by the SHA-256 of the
// picture's file and by the transform's identity, with a checksum inside. Any number of processes
// may read and write at once: a file appears whole, and equal names have equal contents. Nothing
// here is needed: what cannot be read, is damaged or cannot be written is computed anew, and said
// once a process. [any thread]
class PictureCache {
 public:
  using Warn = std::function<void(const std::string& message)>;
  static constexpr std::uintmax_t kReserve = std::uintmax_t{2} << 30;

  // `warn` is called from any thread, once for each kind of trouble; by default it writes to
  // stderr. Once less than `reserve` bytes are left on the disk nothing more is written.
  explicit PictureCache(std::filesystem::path folder, Warn warn = {},
                        std::uintmax_t reserve = kReserve);

  // uint8 [3, S, S]: the picture kept for a file of these bytes, or what `make` returns, which is
  // kept then. Throws only what `make` throws.
  at::Tensor get(std::string_view file, const PictureTransform& transform,
                 const std::function<at::Tensor()>& make);

  struct Size {
    std::uintmax_t pictures = 0, bytes = 0;
  };
  static Size size(const std::filesystem::path& folder);  // what is kept there now

  // That of cache_folder(), one a process; null where there is none.
  static PictureCache* shared();

 private:
  struct Entry;
  at::Tensor load(const Entry& entry);
  void store(const Entry& entry, const at::Tensor& pixels);
  void warn_once(const char* kind, const std::string& message);

  std::filesystem::path folder_;
  Warn warn_;
  std::uintmax_t reserve_;
  std::atomic<bool> writes_ = true;
  std::mutex mutex_;
  std::set<std::string> warned_;
};

}  // namespace lacuna
