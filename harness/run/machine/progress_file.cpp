#include "run/machine/progress_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "lacuna/input.hpp"
#include "support/safe_text.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

std::filesystem::path own_file;  // of this process, if it is a worker

std::optional<std::int64_t> whole(const json& message, const char* key) {
  const auto found = message.find(key);
  if (found == message.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text(const json& message, const char* key) {
  const auto found = message.find(key);
  return found != message.end() && found->is_string() ? found->get<std::string>() : "";
}

// JSON has no NaN: what is not finite is written as null.
std::optional<double> number(const json& message, const char* key) {
  const auto found = message.find(key);
  if (found == message.end()) return std::nullopt;
  if (found->is_null()) return std::numeric_limits<double>::quiet_NaN();
  return found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

}  // namespace

void report_progress_to(const std::filesystem::path& file) { own_file = file; }

void report_progress(const StepProgress& progress) {
  if (own_file.empty()) return;
  json message{{"step", progress.step}, {"steps", progress.steps}};
  if (progress.epoch) message["epoch"] = *progress.epoch;
  if (progress.loss) message["loss"] = *progress.loss;
  if (progress.forget_accuracy) message["forget_accuracy"] = *progress.forget_accuracy;
  if (!progress.note.empty()) message["note"] = progress.note;
  if (!progress.in.empty()) message["in"] = progress.in;
  if (!progress.job.empty()) message["job"] = progress.job;
  if (progress.device_peak_bytes) message["device_peak_bytes"] = *progress.device_peak_bytes;
  const auto line = json_text(message, -1) + "\n";
  // Opened for each message: a descriptor kept open could be closed or taken over by a plugin.
  const int file = uninterrupted(
      [&] { return open(own_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666); });
  if (file < 0) return;
  uninterrupted([&] { return write(file, line.data(), line.size()); });
  close_descriptor(file);
}

std::optional<StepProgress> progress_from(std::string_view line) {
  const auto message = parse_json(line);
  if (!message.is_object()) return std::nullopt;
  StepProgress out{.step = whole(message, "step").value_or(0),
                   .steps = whole(message, "steps").value_or(0),
                   .epoch = whole(message, "epoch"),
                   .loss = number(message, "loss"),
                   .forget_accuracy = number(message, "forget_accuracy"),
                   .in = text(message, "in"),
                   .note = text(message, "note"),
                   .job = text(message, "job"),
                   .device_peak_bytes = whole(message, "device_peak_bytes")};
  return out;
}

std::vector<StepProgress> ProgressFile::news() {
  std::vector<StepProgress> out;
  const int file = uninterrupted(
      [&] { return open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); });
  read_ = true;
  if (file < 0) return out;
  std::string text(kMostAtOnce, '\0');
  const auto got =
      uninterrupted([&] { return pread(file, text.data(), text.size(), static_cast<off_t>(at_)); });
  close_descriptor(file);
  if (got <= 0) return out;
  text.resize(static_cast<std::size_t>(got));
  at_ += text.size();
  read_ = text.size() < kMostAtOnce;

  std::string_view left = text;
  for (auto end = left.find('\n'); end != left.npos; end = left.find('\n')) {
    rest_ += left.substr(0, end);
    left.remove_prefix(end + 1);
    if (!skipping_ && rest_.size() <= kMostLine)
      if (auto message = progress_from(rest_)) out.push_back(std::move(*message));
    rest_.clear();
    skipping_ = false;
  }
  if (!skipping_) rest_ += left;
  if (rest_.size() > kMostLine) {
    skipping_ = true;
    rest_.clear();
  }
  return out;
}

bool ProgressFile::is_too_long() const {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  return !error && size > kMostFile;
}

}  // namespace lacuna
