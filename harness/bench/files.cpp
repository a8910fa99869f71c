// Reading a model.
#include <ATen/ATen.h>
#include <unistd.h>

#include <filesystem>

#include "bench/cases.hpp"
#include "bench/pairs.hpp"
#include "model/weights/safetensors.hpp"

namespace lacuna::bench {
namespace {

constexpr std::int64_t kBytes = 64 << 20;

// A file in the temporary folder, for as long as the program runs.
class Sample {
 public:
  Sample()
      : path_(std::filesystem::temp_directory_path() /
              ("lacuna_bench_" + std::to_string(::getpid()) + ".safetensors")) {
    NamedTensors tensors;
    for (int i = 0; i < 16; ++i) tensors["weight." + std::to_string(i)] = at::zeros({kBytes / 64});
    save_safetensors(path_, tensors);
  }
  ~Sample() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void read_weights() {
  static const Sample sample;
  load_safetensors(sample.path());
}

}  // namespace

void add_file_cases() { add_single("read 64 MiB of safetensors", read_weights, kBytes, 0); }

}  // namespace lacuna::bench
