#include "train/clip_batch.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "model/precision.hpp"
#include "model/zero_shot.hpp"

namespace lacuna {
namespace {

std::size_t at_level(Level level) { return level == Level::fine ? 0 : 1; }

c10::Device device_of(const Clip& clip) { return clip.weights().begin()->second.device(); }

void check(const ForgettingSet& set, const ClipConfig& config) {
  if (!set.texts.empty()) {
    if (static_cast<std::int64_t>(set.texts.size()) != set.size())
      throw ConfigError(fmt::format("forgetting set: {} texts for {} samples (one each)",
                                    set.texts.size(), set.size()));
  } else if (!set.images.defined() || set.images.size(0) == 0) {
    throw ConfigError("forgetting set: no pictures");
  } else if (const auto size = config.vision.image_size;
             set.images.size(2) != size || set.images.size(3) != size) {
    throw ConfigError(
        fmt::format("forgetting set: its pictures are {} x {} (the model takes {} x {})",
                    set.images.size(2), set.images.size(3), size, size));
  }
  if (set.taxonomy.fine.size() < 2)
    throw ConfigError("forgetting set: fewer than two fine class names");
  if (set.forget_coarse.defined() && set.taxonomy.coarse.size() < 2)
    throw ConfigError("forgetting set: a coarse label is to be forgotten, and there is no other");
  if (set.templates.empty()) throw ConfigError("forgetting set: no prompt templates");
}

}  // namespace

ClipBatches::ClipBatches(const Clip& student, const Tokenizer& tokenizer, ForgettingSet set,
                         const TrainingConfig& config)
    : student_(student), set_(std::move(set)) {
  check(set_, student.config());
  const auto device = device_of(student);
  const auto length = student.config().text.context_length;
  for (auto* tensor : {&set_.images, &set_.fine, &set_.coarse, &set_.forget_coarse})
    if (tensor->defined()) *tensor = tensor->to(device);
  if (!set_.texts.empty()) {
    text_tokens_ = tokenizer.encode(set_.texts, length).to(device);
    index_templates();
  }
  for (const auto level : {Level::fine, Level::coarse}) {
    if (!has(level)) continue;
    for (const auto& prompt : set_.templates)
      tokens_[at_level(level)].push_back(
          prompt_tokens(tokenizer, prompt, set_.taxonomy.names(level), length).to(device));
  }
  compute_teacher(config.teacher_prompts == "ensemble" || config.student_prompts == "ensemble");
  precision_ = config.precision;  // only now: the teacher is float32 in every run
}

void ClipBatches::index_templates() {
  std::vector<std::int64_t> of_row(set_.texts.size(), -1);
  const auto labels = set_.fine.cpu();
  for (std::size_t row = 0; row < of_row.size(); ++row) {
    const auto& name =
        set_.taxonomy.fine.at(labels[static_cast<std::int64_t>(row)].item<std::int64_t>());
    for (std::size_t prompt = 0; prompt < set_.templates.size() && of_row[row] < 0; ++prompt)
      if (fill_template(set_.templates[prompt], name) == set_.texts[row])
        of_row[row] = static_cast<std::int64_t>(prompt);
  }
  text_template_on_host_ = at::tensor(of_row, at::kLong);
  text_template_ = text_template_on_host_.to(set_.fine.device());
}

void ClipBatches::compute_teacher(bool ensemble) {
  at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  constexpr std::int64_t chunk = 256;
  const BatchRows rows(at::arange(set_.size(), at::kLong), set_.fine.device());
  for (std::int64_t begin = 0; begin < set_.size(); begin += chunk)
    parts.push_back(exemplar_features(rows.slice(begin, begin + chunk).on_device));
  const auto exemplars = at::cat(parts);
  const auto scale = student_.logit_scale();
  for (const auto level : {Level::fine, Level::coarse}) {
    if (!has(level)) continue;
    std::vector<at::Tensor> logits;  // by template
    for (std::int64_t prompt = 0; prompt < (ensemble ? 1 : templates()); ++prompt)
      logits.push_back(scale * at::matmul(exemplars, name_features(level, prompt, ensemble).t()));
    auto& teacher = teacher_[at_level(level)] = logits;
    for (std::int64_t prompt = 0; prompt < templates() && !ensemble; ++prompt)
      if (const auto own = own_template(rows, prompt); own.defined())
        teacher[prompt] =
            at::where(own.unsqueeze(1), logits[next_template(prompt)], logits[prompt]);
  }
}

at::Tensor ClipBatches::own_template(const BatchRows& rows, std::int64_t prompt) const {
  if (!text_template_.defined() || templates() == 1) return {};
  const auto own = [&](const at::Tensor& templates, const at::Tensor& of_rows) {
    return templates.index_select(0, of_rows).eq(prompt);
  };
  if (!own(text_template_on_host_, rows.on_host).any().item<bool>()) return {};
  return own(text_template_, rows.on_device);
}

at::Tensor ClipBatches::name_features(Level level, std::int64_t prompt, bool all_templates) const {
  const Precision scope(precision_, device_of(student_).type());
  const auto& tokens = tokens_[at_level(level)];
  if (!all_templates) return student_.text_features(tokens.at(prompt));
  at::Tensor sum;
  for (const auto& of_template : tokens) {
    const auto features = student_.text_features(of_template);
    sum = sum.defined() ? sum + features : features;
  }
  return sum / sum.norm(2, {-1}, /*keepdim=*/true);
}

at::Tensor ClipBatches::exemplar_features(const at::Tensor& rows) const {
  const Precision scope(precision_, device_of(student_).type());
  if (text_tokens_.defined()) return student_.text_features(text_tokens_.index_select(0, rows));
  return student_.image_features(set_.images.index_select(0, rows));
}

const at::Tensor& ClipBatches::teacher(Level level, std::int64_t prompt) const {
  const auto& logits = teacher_[at_level(level)];
  return logits.size() == 1 ? logits.front() : logits.at(prompt);
}

ClipBatch::ClipBatch(const ClipBatches& source, BatchRows rows, std::int64_t prompt,
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
    if (!fresh(exemplars_)) exemplars_ = source_.exemplar_features(rows_.on_device);
    const auto under = [&](std::int64_t prompt) {
      const auto names = source_.name_features(level, prompt, all_templates_);
      return source_.student().logit_scale() * at::matmul(exemplars_, names.t());
    };
    logits = under(prompt_);
    if (const auto own = all_templates_ ? at::Tensor() : source_.own_template(rows_, prompt_);
        own.defined())
      logits = at::where(own.unsqueeze(1), under(source_.next_template(prompt_)), logits);
  }
  return logits;
}

at::Tensor ClipBatch::teacher(Level level) const {
  require(level);
  return source_.teacher(level, prompt_).index_select(0, rows_.on_device);
}

at::Tensor ClipBatch::target(Level level) const {
  require(level);
  const auto& set = source_.set();
  return (level == Level::fine ? set.fine : set.coarse).index_select(0, rows_.on_device);
}

at::Tensor ClipBatch::forgets_coarse() const {
  const auto& rows = source_.set().forget_coarse;
  return rows.defined() ? rows.index_select(0, rows_.on_device) : rows;
}

void ClipBatch::require(Level level) const {
  if (!has(level))
    throw ConfigError(
        fmt::format("{}: the dataset has no class names at this level", to_string(level)));
}

}  // namespace lacuna
