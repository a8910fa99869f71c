#include "train/clip_batch.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "model/autocast.hpp"
#include "model/zero_shot.hpp"

namespace lacuna {
namespace {

std::size_t at_level(Level level) { return level == Level::fine ? 0 : 1; }

c10::Device device_of(const Clip& clip) { return clip.weights().begin()->second.device(); }

void check(const ForgettingSet& set, const ClipConfig& config) {
  if (!set.images.defined() || set.images.size(0) == 0)
    throw ConfigError("forgetting set: no pictures");
  if (const auto size = config.vision.image_size;
      set.images.size(2) != size || set.images.size(3) != size)
    throw ConfigError(
        fmt::format("forgetting set: its pictures are {} x {} (the model takes {} x {})",
                    set.images.size(2), set.images.size(3), size, size));
  if (set.taxonomy.fine.size() < 2)
    throw ConfigError("forgetting set: fewer than two fine class names");
  if (set.templates.empty()) throw ConfigError("forgetting set: no prompt templates");
}

}  // namespace

ClipBatches::ClipBatches(const Clip& student, const Tokenizer& tokenizer, ForgettingSet set,
                         const TrainingConfig& config)
    : student_(student), set_(std::move(set)) {
  check(set_, student.config());
  const auto device = device_of(student);
  set_.images = set_.images.to(device);
  set_.fine = set_.fine.to(device);
  if (set_.coarse.defined()) set_.coarse = set_.coarse.to(device);

  at::NoGradGuard no_grad;
  const auto pictures = encode_pictures(student, set_.images);
  const auto scale = student.logit_scale();
  const bool ensemble =
      config.teacher_prompts == "ensemble" || config.student_prompts == "ensemble";
  for (const auto level : {Level::fine, Level::coarse}) {
    if (!has(level)) continue;
    for (const auto& prompt : set_.templates)
      tokens_[at_level(level)].push_back(prompt_tokens(tokenizer, prompt,
                                                       set_.taxonomy.names(level),
                                                       student.config().text.context_length)
                                             .to(device));
    for (std::int64_t prompt = 0; prompt < (ensemble ? 1 : templates()); ++prompt)
      teacher_[at_level(level)].push_back(
          scale * at::matmul(pictures, name_features(level, prompt, ensemble).t()));
  }
  precision_ = config.precision;  // only now: the teacher is float32 in every run
}

at::Tensor ClipBatches::name_features(Level level, std::int64_t prompt, bool all_templates) const {
  Autocast autocast(precision_, device_of(student_).type());
  const auto& tokens = tokens_[at_level(level)];
  if (!all_templates) return student_.text_features(tokens.at(prompt));
  at::Tensor sum;
  for (const auto& of_template : tokens) {
    const auto features = student_.text_features(of_template);
    sum = sum.defined() ? sum + features : features;
  }
  return sum / sum.norm(2, {-1}, /*keepdim=*/true);
}

at::Tensor ClipBatches::picture_features(const at::Tensor& rows) const {
  Autocast autocast(precision_, device_of(student_).type());
  return student_.image_features(set_.images.index_select(0, rows));
}

const at::Tensor& ClipBatches::teacher(Level level, std::int64_t prompt) const {
  const auto& logits = teacher_[at_level(level)];
  return logits.size() == 1 ? logits.front() : logits.at(prompt);
}

ClipBatch::ClipBatch(const ClipBatches& source, at::Tensor rows, std::int64_t prompt,
                     bool all_templates)
    : source_(source), rows_(std::move(rows)), prompt_(prompt), all_templates_(all_templates) {}

at::Tensor ClipBatch::student(Level level) const {
  require(level);
  auto& logits = student_[at_level(level)];
  // What was first asked for without gradient is computed again for a caller who needs one.
  const auto fresh = [](const at::Tensor& kept) {
    return kept.defined() && (kept.requires_grad() || !at::GradMode::is_enabled());
  };
  if (!fresh(logits)) {
    if (!fresh(pictures_)) pictures_ = source_.picture_features(rows_);
    const auto names = source_.name_features(level, prompt_, all_templates_);
    logits = source_.student().logit_scale() * at::matmul(pictures_, names.t());
  }
  return logits;
}

at::Tensor ClipBatch::teacher(Level level) const {
  require(level);
  return source_.teacher(level, prompt_).index_select(0, rows_);
}

at::Tensor ClipBatch::target(Level level) const {
  require(level);
  const auto& set = source_.set();
  return (level == Level::fine ? set.fine : set.coarse).index_select(0, rows_);
}

void ClipBatch::require(Level level) const {
  if (!has(level))
    throw ConfigError(
        fmt::format("{}: the dataset has no class names at this level", to_string(level)));
}

}  // namespace lacuna
