#include "fetch/transfer.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "fetch/catalogue.hpp"
#include "support/files.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
using Kind = TransferEnd::Kind;

std::filesystem::path notes_of(const std::filesystem::path& part) {
  return part.string() + ".json";
}

// What the server said of the file when its first bytes came: {"url", "etag", "modified"}. Without
// it nobody knows whose bytes the part holds.
json read_notes(const std::filesystem::path& part, const std::string& url) {
  try {
    auto notes = read_json(notes_of(part));
    if (notes.value("url", "") == url) return notes;
  } catch (const ConfigError&) {
  } catch (const json::exception&) {
  }
  return nullptr;
}

// The part, opened to be appended to.
class Part {
 public:
  explicit Part(const std::filesystem::path& path)
      : path_(path), file_(uninterrupted([&] {
          return open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        })) {
    if (file_ < 0) fail("cannot be opened");
    size_ = static_cast<std::uint64_t>(lseek(file_, 0, SEEK_END));
  }
  ~Part() {
    if (file_ >= 0) close(file_);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  std::uint64_t size() const { return size_; }

  void clear() {
    if (size_ == 0) return;
    if (ftruncate(file_, 0) != 0 || lseek(file_, 0, SEEK_SET) != 0) fail("cannot be emptied");
    size_ = 0;
  }

  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail(fmt::format("cannot be written after {}", bytes_text(size_)));
      size_ += static_cast<std::uint64_t>(written);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void sync() {
    if (uninterrupted([&] { return fsync(file_); }) != 0) fail("cannot be written");
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    throw Error(fmt::format("{}: {}: {}{}", path_.string(), what, std::strerror(errno),
                            full ? " (make room; the same command goes on from here)" : ""));
  }

  std::filesystem::path path_;
  int file_;
  std::uint64_t size_ = 0;
};

std::uint64_t number(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// "bytes 100-199/200" or "bytes */200"
struct ContentRange {
  std::optional<std::uint64_t> first;
  std::uint64_t total = 0;  // 0: not told
};

ContentRange content_range(const std::string& text) {
  ContentRange out;
  const auto slash = text.find('/');
  if (!text.starts_with("bytes ") || slash == text.npos) return out;
  if (text[6] != '*') out.first = number(std::string_view(text).substr(6));
  if (text[slash + 1] != '*') out.total = number(std::string_view(text).substr(slash + 1));
  return out;
}

class Transfer {
 public:
  explicit Transfer(const TransferRequest& request)
      : request_(request), part_(request.part), notes_(read_notes(request.part, request.url)) {
    if (notes_.is_null() || (request.bytes > 0 && part_.size() > request.bytes)) part_.clear();
  }

  TransferEnd run() {
    if (request_.bytes > 0 && part_.size() == request_.bytes) {
      end_.resumed = true;
      return end_;
    }
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    if (!curl) throw Error("libcurl: cannot be started");
    curl_ = curl.get();
    curl_slist* headers = nullptr;
    set_options();
    if (part_.size() > 0) {
      set(CURLOPT_RANGE, fmt::format("{}-", part_.size()).c_str());
      if (const auto condition = validator(); !condition.empty())
        headers = curl_slist_append(headers, ("If-Range: " + condition).c_str());
    }
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> kept(headers,
                                                                           &curl_slist_free_all);
    set(CURLOPT_HTTPHEADER, headers);
    const auto code = curl_easy_perform(curl_);
    if (thrown_) std::rethrow_exception(thrown_);
    if (code == CURLE_ABORTED_BY_CALLBACK) throw FetchInterrupted();
    if (code == CURLE_OK && !begun_) begin();  // a body of no bytes
    part_.sync();
    if (end_.kind != Kind::complete) return end_;
    if (code != CURLE_OK) return failed(code);
    check_size();
    return end_;
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(curl_, option, value);
  }

  void set_options() {
    const char* protocols = request_.url.starts_with("http://") ? "http,https" : "https";
    set(CURLOPT_URL, request_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_NOSIGNAL, 1L);
    // libcurl itself looks where its own distribution keeps certificates, which in a bundle is
    // another one's place.
    if (const char* file = std::getenv("SSL_CERT_FILE"); file && *file) set(CURLOPT_CAINFO, file);
    set(CURLOPT_USERAGENT, "lacuna/" LACUNA_VERSION);
    set(CURLOPT_ERRORBUFFER, words_);
    set(CURLOPT_CONNECTTIMEOUT_MS, std::lround(1000 * request_.connect_seconds));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, std::max(1L, std::lround(request_.stall_seconds)));
    set(CURLOPT_BUFFERSIZE, 256L * 1024);
    set(CURLOPT_HEADERDATA, this);
    set(
        CURLOPT_HEADERFUNCTION, +[](char* data, std::size_t, std::size_t n, void* self) {
          static_cast<Transfer*>(self)->header({data, n});
          return n;
        });
    set(CURLOPT_WRITEDATA, this);
    set(
        CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t, std::size_t n, void* self) {
          return static_cast<Transfer*>(self)->body({data, n}) ? n : 0;
        });
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFODATA, this);
    set(
        CURLOPT_XFERINFOFUNCTION,
        +[](void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) -> int {
          return static_cast<Transfer*>(self)->request_.interrupted();
        });
  }

  // A weak ETag says nothing about bytes.
  std::string validator() const {
    const auto etag = notes_.value("etag", "");
    if (!etag.empty() && !etag.starts_with("W/")) return etag;
    return notes_.value("modified", "");
  }

  void header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // of the next answer in a chain of redirects
      headers_.clear();
      return;
    }
    const auto colon = line.find(':');
    if (colon == line.npos) return;
    std::string name(line.substr(0, colon));
    for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto value = line.substr(colon + 1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.front())))
      value.remove_prefix(1);
    while (!value.empty() && std::isspace(static_cast<unsigned char>(value.back())))
      value.remove_suffix(1);
    headers_[name] = value;
  }

  std::string header_of(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? "" : found->second;
  }

  // Exceptions must not pass through libcurl.
  bool body(std::string_view bytes) {
    try {
      if (!begun_) begin();
      if (end_.kind != Kind::complete) return false;
      if (is_notice_) return true;
      part_.append(bytes);
      request_.progress(part_.size(), total_);
      return true;
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }

  // The headers are there: decides what becomes of the body.
  void begin() {
    begun_ = true;
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status == 200) {
      begin_whole();
    } else if (status == 206) {
      begin_rest();
    } else if (status == 416) {
      no_such_range();
    } else {
      const bool again = status == 408 || status == 429 || status == 500 || status == 502 ||
                         status == 503 || status == 504;
      stop(again ? Kind::transient : Kind::refused, status_text(status));
      if (const auto wait = header_of("retry-after"); again && !wait.empty())
        end_.retry_seconds = static_cast<double>(number(wait));
    }
  }

  void begin_whole() {
    if (header_of("content-type").starts_with("text/html"))
      return stop(Kind::refused,
                  "the server sent a web page instead of the file (a login, or a notice that it "
                  "has moved; open the address in a browser)");
    total_ = number(header_of("content-length"));
    if (!right_size()) return;
    part_.clear();
    write_notes();
  }

  void begin_rest() {
    const auto range = content_range(header_of("content-range"));
    total_ = range.total;
    if (range.first != part_.size()) {
      part_.clear();
      return stop(Kind::transient, "the server sent another part of the file than was asked for");
    }
    if (right_size()) end_.resumed = true;
  }

  void no_such_range() {
    total_ = content_range(header_of("content-range")).total;
    if (total_ > 0 && total_ == part_.size()) {
      end_.resumed = is_notice_ = true;
      return;
    }
    part_.clear();
    stop(Kind::transient, "the file is shorter now than what had come of it");
  }

  bool right_size() {
    if (request_.bytes == 0 || total_ == 0 || total_ == request_.bytes) return true;
    stop(Kind::refused, fmt::format("the server offers {} bytes where {} are expected (another "
                                    "version of the file)",
                                    total_, request_.bytes));
    return false;
  }

  void write_notes() {
    write_json(notes_of(request_.part), {{"url", request_.url},
                                         {"etag", header_of("etag")},
                                         {"modified", header_of("last-modified")}});
  }

  void check_size() {
    const auto expected = request_.bytes > 0 ? request_.bytes : total_;
    if (expected == 0 || part_.size() == expected) return;
    const bool less = part_.size() < expected;
    stop(less ? Kind::transient : Kind::refused,
         fmt::format("{} of {} bytes came", part_.size(), expected));
  }

  void stop(Kind kind, const std::string& reason) {
    end_.kind = kind;
    end_.reason = reason;
  }

  static std::string status_text(long status) {
    switch (status) {
      case 401:
      case 403:
        return fmt::format("the server does not allow it (HTTP {})", status);
      case 404:
      case 410:
        return fmt::format("the server does not have it (HTTP {})", status);
      case 429:
        return "the server asks to come back later (HTTP 429)";
      default:
        return fmt::format("the server answered with HTTP {}", status);
    }
  }

  TransferEnd failed(CURLcode code) {
    const std::string words = words_[0] ? words_ : curl_easy_strerror(code);
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_CONNECT:
      case CURLE_PARTIAL_FILE:
      case CURLE_GOT_NOTHING:
      case CURLE_RECV_ERROR:
      case CURLE_SEND_ERROR:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_HTTP2:
      case CURLE_HTTP2_STREAM:
        stop(Kind::transient, words);
        break;
      case CURLE_UNSUPPORTED_PROTOCOL:
        stop(Kind::refused, "it leads to an address of another kind than https (" + words + ")");
        break;
      default:
        stop(Kind::refused, words);
    }
    return end_;
  }

  const TransferRequest& request_;
  Part part_;
  json notes_;
  CURL* curl_ = nullptr;
  char words_[CURL_ERROR_SIZE] = {};
  std::map<std::string, std::string> headers_;
  bool begun_ = false;
  bool is_notice_ = false;   // the body is the server's words, not the file
  std::uint64_t total_ = 0;  // of the whole file, as the server says; 0: it does not
  TransferEnd end_;
  std::exception_ptr thrown_;
};

}  // namespace

TransferEnd transfer(const TransferRequest& request) {
  [[maybe_unused]] static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT);
  return Transfer(request).run();
}

}  // namespace lacuna
