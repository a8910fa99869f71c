#include "model/pictures/picture_cache.hpp"

#include <ATen/ops/empty.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "support/hash.hpp"
#include "support/temporary_name.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

constexpr std::string_view kMagic = "lacuna picture 1";
constexpr std::size_t kDigest = 64;
constexpr std::size_t kHeader = kMagic.size() + kDigest;

// A file that is closed again. Plain calls: a stream would hide errno, and a cache needs no fsync
// (what a power cut damages fails its checksum).
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : file_(uninterrupted([&] { return open(path.c_str(), flags | O_CLOEXEC, 0666); })) {}
  ~Descriptor() {
    if (file_ >= 0) close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const { return file_ >= 0; }
  std::optional<std::uint64_t> bytes() const {
    struct stat about;
    if (fstat(file_, &about) != 0) return {};
    return static_cast<std::uint64_t>(about.st_size);
  }
  bool read_all(char* out, std::size_t count) const {
    while (count > 0) {
      const auto got = ::read(file_, out, count);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      out += got;
      count -= static_cast<std::size_t>(got);
    }
    return true;
  }
  bool write_all(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }

 private:
  int file_;
};

// Over the entry's name too: a file that strayed to another name is damaged.
std::string digest(const std::string& name, const void* pixels, std::size_t bytes) {
  return Sha256().update(name).update(pixels, bytes).hex();
}

std::optional<std::filesystem::path> from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return {};
  return std::filesystem::path(value);
}

}  // namespace

struct PictureCache::Entry {
  std::string name;  // transform and content: what the picture is
  std::filesystem::path path;
  std::int64_t size;
  std::size_t bytes() const { return static_cast<std::size_t>(3 * size * size); }
};

std::optional<std::filesystem::path> cache_folder() {
  if (const auto chosen = from_environment("LACUNA_CACHE")) {
    if (*chosen == "off") return {};
    return std::filesystem::absolute(*chosen);
  }
  if (const auto xdg = from_environment("XDG_CACHE_HOME"); xdg && xdg->is_absolute())
    return *xdg / "lacuna";
  if (const auto home = from_environment("HOME"); home && home->is_absolute())
    return *home / ".cache" / "lacuna";
  return {};
}

PictureCache::PictureCache(std::filesystem::path folder, Warn warn, std::uintmax_t reserve)
    : folder_(std::move(folder)), warn_(std::move(warn)), reserve_(reserve) {
  if (!warn_) warn_ = [](const std::string& text) { std::fputs((text + "\n").c_str(), stderr); };
}

void PictureCache::warn_once(const char* kind, const std::string& message) {
  const std::lock_guard lock(mutex_);
  if (warned_.insert(kind).second) warn_("cache: " + message);
}

at::Tensor PictureCache::get(std::string_view file, const PictureTransform& transform,
                             const std::function<at::Tensor()>& make) {
  const auto identity = transform.identity(), content = sha256(file);
  const Entry entry{identity + '\n' + content,
                    folder_ / "pictures" / sha256(identity).substr(0, 16) / content.substr(0, 2) /
                        content.substr(2),
                    transform.size};
  if (auto kept = load(entry); kept.defined()) return kept;
  auto made = make();
  store(entry, made);
  return made;
}

at::Tensor PictureCache::load(const Entry& entry) {
  const Descriptor file(entry.path, O_RDONLY);
  if (!file.is_open()) {
    if (errno != ENOENT)
      warn_once("read",
                fmt::format("{}: cannot be read: {}", entry.path.string(), std::strerror(errno)));
    return {};
  }
  char header[kHeader];
  auto pixels = at::empty({3, entry.size, entry.size}, at::kByte);
  auto* out = static_cast<char*>(pixels.mutable_data_ptr());
  const bool whole = file.bytes() == kHeader + entry.bytes() && file.read_all(header, kHeader) &&
                     file.read_all(out, entry.bytes());
  if (whole && std::string_view(header, kMagic.size()) == kMagic &&
      std::string_view(header + kMagic.size(), kDigest) == digest(entry.name, out, entry.bytes()))
    return pixels;
  warn_once("damage", fmt::format("{}: is damaged, so the picture is made anew (as any other that "
                                  "may be damaged)",
                                  entry.path.string()));
  return {};
}

void PictureCache::store(const Entry& entry, const at::Tensor& pixels) {
  if (!writes_) return;
  const auto folder = entry.path.parent_path();
  const auto stop = [&](const char* kind, const std::string& reason) {
    writes_ = false;
    warn_once(kind, fmt::format("{}: {} (pictures are not kept from here on; LACUNA_CACHE names "
                                "another folder, or is off)",
                                folder_.string(), reason));
  };
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return stop("write", "cannot be written: " + error.message());
  const auto space = std::filesystem::space(folder, error);
  if (!error && space.available < reserve_)
    return stop("space", fmt::format("less than {:.1f} GiB are left on its disk",
                                     static_cast<double>(reserve_) / (1 << 30)));

  const auto* data = static_cast<const char*>(pixels.const_data_ptr());
  const auto path = temporary_beside(entry.path);
  const auto header = std::string(kMagic) + digest(entry.name, data, entry.bytes());
  bool done = false;
  int reason = 0;
  {
    const Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL);
    done = file.is_open() && file.write_all(header) && file.write_all({data, entry.bytes()});
    if (!done) reason = errno;
  }
  if (done && ::rename(path.c_str(), entry.path.c_str()) != 0) {
    done = false;
    reason = errno;
  }
  if (done) return;
  unlink(path.c_str());
  stop("write", std::string("cannot be written: ") + std::strerror(reason));
}

PictureCache::Size PictureCache::size(const std::filesystem::path& folder) {
  Size size;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(
      folder / "pictures", std::filesystem::directory_options::skip_permission_denied, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;  // another process may clear the folder meanwhile
    if (!at->is_regular_file(gone)) continue;
    if (const auto bytes = at->file_size(gone); !gone) {
      ++size.pictures;
      size.bytes += bytes;
    }
  }
  return size;
}

PictureCache* PictureCache::shared() {
  static const auto cache = [] {
    const auto folder = cache_folder();
    return folder ? std::make_unique<PictureCache>(*folder) : nullptr;
  }();
  return cache.get();
}

}  // namespace lacuna
