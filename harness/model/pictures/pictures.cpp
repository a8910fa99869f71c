#include "model/pictures/pictures.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <numeric>
#include <span>
#include <thread>

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

// Pictures of a data set that has no files come in spans: one call may be dear. Those of files come
// singly, so that a thread holds one decoded photograph at a time.
constexpr std::size_t kSpan = 16;

class Loader {
 public:
  Loader(const Dataset& dataset, std::string split, std::int64_t image_size,
         const PictureLoading& loading)
      : dataset_(dataset),
        split_(std::move(split)),
        transform_{.size = image_size},
        cache_(loading.cache),
        threads_(loading.threads > 0 ? loading.threads : at::get_num_threads()) {}

  // uint8 [N, 3, S, S].
  at::Tensor load(std::span<const std::int64_t> indices) const {
    auto out =
        at::empty({static_cast<std::int64_t>(indices.size()), 3, transform_.size, transform_.size},
                  at::kByte);
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::size_t bad =
        indices.size();         // the first span that failed, so that its message is the same
    std::exception_ptr reason;  // however many threads there are
    const auto work = [&] {
      for (;;) {
        const auto at = next.fetch_add(kSpan);
        if (at >= indices.size()) return;
        try {
          const auto count = std::min(kSpan, indices.size() - at);
          load_span(indices.subspan(at, count),
                    out.narrow(0, static_cast<std::int64_t>(at), static_cast<std::int64_t>(count)));
        } catch (...) {
          next = indices.size();
          const std::lock_guard lock(mutex);
          if (at < bad) {
            bad = at;
            reason = std::current_exception();
          }
        }
      }
    };
    const auto spans = static_cast<int>((indices.size() + kSpan - 1) / kSpan);
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(threads_, spans); ++i) helpers.emplace_back(work);
    work();
    helpers.clear();
    if (reason) std::rethrow_exception(reason);
    return out;
  }

 private:
  void load_span(std::span<const std::int64_t> indices, const at::Tensor& out) const {
    if (dataset_.file(split_, indices.front()).empty()) {
      const auto pictures = dataset_.images(split_, indices);
      for (std::size_t i = 0; i < indices.size(); ++i)
        out[static_cast<std::int64_t>(i)].copy_(transform_.apply(pictures.at(i)));
      return;
    }
    for (std::size_t i = 0; i < indices.size(); ++i)
      out[static_cast<std::int64_t>(i)].copy_(load_one(indices.subspan(i, 1)));
  }

  at::Tensor load_one(std::span<const std::int64_t> index) const {
    const auto make = [&] { return transform_.apply(dataset_.images(split_, index).at(0)); };
    const auto file = dataset_.file(split_, index.front());
    if (cache_ == nullptr || file.empty()) return make();
    std::string bytes;
    try {
      bytes = read_file(file, kMostPicture);
    } catch (const ConfigError&) {
      return make();  // the data set says what is wrong with its file
    }
    return cache_->get(bytes, transform_, make);
  }

  const Dataset& dataset_;
  std::string split_;
  PictureTransform transform_;
  PictureCache* cache_;
  int threads_;
};

std::vector<std::int64_t> all_of(const Dataset& dataset, const std::string& split) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.labels(split).size(0)));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

at::Tensor stack_pictures(const std::vector<at::Tensor>& pictures, std::int64_t image_size) {
  const auto count = static_cast<std::int64_t>(pictures.size());
  auto stacked = at::empty({count, 3, image_size, image_size}, at::kByte);
  const PictureTransform transform{.size = image_size};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& picture = pictures[static_cast<std::size_t>(i)];
    if (picture.dim() != 3 || picture.size(2) != 3 || picture.scalar_type() != at::kByte ||
        picture.numel() == 0)
      throw Error("picture " + std::to_string(i) + ": not uint8 [H, W, 3]");
    stacked[i].copy_(transform.apply(picture));
  }
  return stacked;
}

at::Tensor load_pictures(const Dataset& dataset, const std::string& split,
                         const std::vector<std::int64_t>& indices, std::int64_t image_size,
                         const PictureLoading& loading) {
  return Loader(dataset, split, image_size, loading).load(indices);
}

at::Tensor load_pictures(const Dataset& dataset, const std::string& split, std::int64_t image_size,
                         const PictureLoading& loading) {
  return load_pictures(dataset, split, all_of(dataset, split), image_size, loading);
}

struct PictureStream::State {
  Loader loader;
  std::vector<std::int64_t> indices;
  std::size_t batch;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<at::Tensor> ready;
  std::exception_ptr reason;
  bool ended = false, stopped = false;
  std::jthread maker;  // last: it ends before what it uses

  State(Loader loader_, std::vector<std::int64_t> indices_, std::int64_t batch_)
      : loader(std::move(loader_)),
        indices(std::move(indices_)),
        batch(static_cast<std::size_t>(batch_)),
        maker([this] { make(); }) {}

  void make() {
    try {
      for (std::size_t at = 0; at < indices.size(); at += batch) {
        auto made =
            loader.load(std::span(indices).subspan(at, std::min(batch, indices.size() - at)));
        std::unique_lock lock(mutex);
        ready.push_back(std::move(made));
        changed.notify_all();
        // One batch is in use, and two are ready, or one is ready and one in the making.
        changed.wait(lock, [&] { return ready.size() < 2 || stopped; });
        if (stopped) return;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      reason = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    ended = true;
    changed.notify_all();
  }
};

PictureStream::PictureStream(const Dataset& dataset, std::string split, std::int64_t image_size,
                             std::int64_t batch, const PictureLoading& loading) {
  auto indices = all_of(dataset, split);
  state_ = std::make_unique<State>(Loader(dataset, std::move(split), image_size, loading),
                                   std::move(indices), batch);
}

PictureStream::~PictureStream() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->changed.notify_all();
}

at::Tensor PictureStream::next() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return !state_->ready.empty() || state_->ended; });
  if (state_->ready.empty()) {
    if (state_->reason) std::rethrow_exception(std::exchange(state_->reason, nullptr));
    return {};
  }
  auto batch = std::move(state_->ready.front());
  state_->ready.pop_front();
  state_->changed.notify_all();
  return batch;
}

}  // namespace lacuna
