#include "miniature/miniature.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <thread>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "lacuna/taxonomy.hpp"
#include "miniature/picture.hpp"

namespace lacuna::miniature {
namespace {

namespace fs = std::filesystem;

struct Layout {
  const char* id;
  void (*write)(Writer&);
  bool variant;
};

constexpr Layout kLayouts[] = {
#define LACUNA_LAYOUT(id) {#id, write_##id, false},
#define LACUNA_VARIANT(id) {#id, write_##id, true},
#include "miniature/layouts.def"
#undef LACUNA_LAYOUT
#undef LACUNA_VARIANT
};

std::int64_t share(std::int64_t total, std::int64_t classes, std::int64_t label) {
  return total / classes + (label < total % classes ? 1 : 0);
}

void write_bytes(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw Error(path.string() + ": cannot be written");
}

}  // namespace

struct Writer::Job {
  fs::path path;
  std::uint64_t look, index;
  Mode mode;
};

Writer::Writer(fs::path out, Options options) : out_(std::move(out)), options_(std::move(options)) {
  fs::create_directories(out_);
}

Writer::~Writer() = default;

std::int64_t Writer::train_count(std::int64_t original, std::int64_t classes,
                                 std::int64_t label) const {
  return options_.original_counts ? share(original, classes, label) : options_.train_per_class;
}

std::int64_t Writer::test_count(std::int64_t original, std::int64_t classes,
                                std::int64_t label) const {
  return options_.original_counts ? share(original, classes, label) : options_.test_per_class;
}

fs::path Writer::path(const fs::path& relative) const {
  const auto path = out_ / relative;
  fs::create_directories(path.parent_path());
  return path;
}

void Writer::text(const fs::path& relative, std::string_view bytes) const {
  write_bytes(path(relative), bytes);
}

void Writer::picture(const fs::path& relative, std::uint64_t look, std::uint64_t index, Mode mode) {
  jobs_.push_back({relative, look, index, mode});
}

void Writer::odd_picture(const fs::path& relative, std::uint64_t look, std::uint64_t index) {
  constexpr Mode modes[] = {Mode::jpeg, Mode::grey_jpeg, Mode::progressive_jpeg,
                            Mode::png,  Mode::rgba_png,  Mode::gif};
  const auto turn = derive_seed(look, std::to_string(index)) % std::size(modes);
  picture(relative, look, index, options_.oddities ? modes[turn] : Mode::jpeg);
}

std::int64_t Writer::finish() {
  cv::setNumThreads(0);
  for (const auto& job : jobs_) path(job.path);  // the folders, before the threads
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i; (i = next++) < jobs_.size();) {
        const auto& job = jobs_[i];
        write_bytes(out_ / job.path, draw(job.look, job.index, options_.seed, options_.width,
                                          options_.height, job.mode));
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = jobs_.size();
    }
  };
  {
    const auto cores = std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::jthread> threads(options_.threads > 0
                                          ? static_cast<std::size_t>(options_.threads)
                                          : static_cast<std::size_t>(cores));
    for (auto& thread : threads) thread = std::jthread(work);
  }
  if (failure) std::rethrow_exception(failure);
  const auto count = static_cast<std::int64_t>(jobs_.size());
  jobs_.clear();
  return count;
}

std::vector<std::string> layout_ids() {
  std::vector<std::string> ids;
  for (const auto& layout : kLayouts) ids.emplace_back(layout.id);
  return ids;
}

std::int64_t write(const fs::path& out, const std::vector<std::string>& sets,
                   const Options& options) {
  const auto known = layout_ids();
  for (const auto& id : sets)
    if (std::find(known.begin(), known.end(), id) == known.end())
      throw ConfigError(id + ": no such layout" + did_you_mean(id, known));
  Writer writer(out, options);
  for (const auto& layout : kLayouts)
    if (sets.empty() ? !layout.variant
                     : std::find(sets.begin(), sets.end(), layout.id) != sets.end())
      layout.write(writer);
  return writer.finish();
}

}  // namespace lacuna::miniature
