#include "train/clip_subject.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "model/clip/precision.hpp"
#include "model/clip/zero_shot.hpp"
#include "train/clip_batch.hpp"

namespace lacuna {
namespace {

void check_samples(const Samples& set, const ClipConfig& config, const char* what) {
  if (!set.texts.empty()) {
    if (static_cast<std::int64_t>(set.texts.size()) != set.size)
      throw ConfigError(
          fmt::format("{}: {} texts for {} samples (one each)", what, set.texts.size(), set.size));
  } else if (!set.images.defined() || set.images.size(0) == 0) {
    throw ConfigError(fmt::format("{}: no pictures", what));
  } else if (const auto size = config.vision.image_size;
             set.images.size(2) != size || set.images.size(3) != size) {
    throw ConfigError(fmt::format("{}: its pictures are {} x {} (the model takes {} x {})", what,
                                  set.images.size(2), set.images.size(3), size, size));
  }
  for (const auto& asked : set.forget)
    if (asked.names.size() < 2)
      throw ConfigError(fmt::format("{}: fewer than two {} class names", what, asked.question));
  if (set.templates.empty()) throw ConfigError(fmt::format("{}: no prompt templates", what));
}

// Labels on `device`, and for those that ask about some samples only, which row each sample has.
std::vector<BatchRows> place(std::vector<Labels>& labels, std::int64_t size, c10::Device device) {
  std::vector<BatchRows> rows;
  for (auto& asked : labels) {
    auto& row_of = rows.emplace_back();
    if (asked.sample.defined()) {
      const auto sample = asked.sample.cpu();
      const auto of_sample = at::full({size}, -1, at::kLong);
      of_sample.index_copy_(0, sample, at::arange(sample.size(0), at::kLong));
      row_of = BatchRows(of_sample, device);
      asked.sample = asked.sample.to(device);
    }
    asked.target = asked.target.to(device);
    if (asked.forgotten.defined()) asked.forgotten = asked.forgotten.to(device);
  }
  return rows;
}

}  // namespace

ClipSubject::ClipSubject(Clip& student, const Tokenizer& tokenizer, Samples forget, Samples retain,
                         const TrainingConfig& config)
    : student_(student), tokenizer_(tokenizer), model_(student, tokenizer) {
  check_samples(forget, student.config(), "forgetting set");
  if (retain.size > 0) check_samples(retain, student.config(), "retain samples");
  prepare(forget_, std::move(forget));
  if (retain.size > 0) prepare(retain_, std::move(retain));
  const bool ensemble =
      config.teacher_prompts == "ensemble" || config.student_prompts == "ensemble";
  compute_teacher(ensemble);
  precision_ = config.precision;  // only now: the teacher is float32 in every run
}

c10::Device ClipSubject::device() const { return student_.weights().begin()->second.device(); }

Model& ClipSubject::original() {
  if (!original_model_) {
    if (!original_weights_) throw Error("original: no weights of the original model are at hand");
    NamedTensors weights;
    for (const auto& [name, weight] : *original_weights_)
      weights[name] = weight.detach().to(device(), at::kFloat);
    original_.emplace(student_.config(), std::move(weights));
    original_model_.emplace(*original_, tokenizer_);
  }
  return *original_model_;
}

std::unique_ptr<Batch> ClipSubject::batch(const BatchRows& forget, const BatchRows& retain,
                                          std::int64_t prompt, bool all_prompts) const {
  return std::make_unique<ClipBatch>(*this, forget, retain, prompt, all_prompts);
}

void ClipSubject::check(const NamedTensors& weights) const { Clip(student_.config(), weights); }

void ClipSubject::add_prompts(const std::vector<Labels>& labels) {
  const auto length = student_.config().text.context_length;
  for (const auto& asked : labels) {
    auto& tokens = tokens_[asked.question];
    if (!tokens.empty()) continue;
    for (const auto& prompt : forget_.samples.templates)
      tokens.push_back(prompt_tokens(tokenizer_, prompt, asked.names, length).to(device()));
  }
}

void ClipSubject::prepare(ClipPart& part, Samples samples) {
  part.samples = std::move(samples);
  auto& set = part.samples;
  if (set.images.defined()) set.images = set.images.to(device());
  part.forget_row = place(set.forget, set.size, device());
  part.keep_row = place(set.keep, set.size, device());
  if (!set.texts.empty()) {
    const auto length = student_.config().text.context_length;
    part.text_tokens = tokenizer_.encode(set.texts, length).to(device());
    index_templates(part);
  }
  add_prompts(set.forget);
  add_prompts(set.keep);
}

void ClipSubject::index_templates(ClipPart& part) const {
  const auto& set = part.samples;
  std::vector<std::int64_t> of_row(set.texts.size(), -1);
  for (const auto* asked : {&set.forget, &set.keep}) {
    if (asked->empty() || asked->front().sample.defined()) continue;
    const auto& named = asked->front();
    const auto labels = named.target.cpu();
    for (std::size_t row = 0; row < of_row.size(); ++row) {
      const auto& name =
          named.names.at(labels[static_cast<std::int64_t>(row)].item<std::int64_t>());
      for (std::size_t prompt = 0; prompt < set.templates.size() && of_row[row] < 0; ++prompt)
        if (fill_template(set.templates[prompt], name) == set.texts[row])
          of_row[row] = static_cast<std::int64_t>(prompt);
    }
    break;
  }
  part.text_template_on_host = at::tensor(of_row, at::kLong);
  part.text_template = part.text_template_on_host.to(device());
}

void ClipSubject::compute_teacher(bool ensemble) {
  at::NoGradGuard no_grad;
  struct Whole {
    ClipPart* part;
    BatchRows rows;
    at::Tensor features;
  };
  std::vector<Whole> parts;
  for (auto* part : {&forget_, &retain_}) {
    if (part->samples.size == 0) continue;
    const BatchRows rows(at::arange(part->samples.size, at::kLong), device());
    parts.push_back({part, rows, all_features(*part, rows)});
  }
  const auto scale = student_.logit_scale();
  for (const auto& [question, tokens] : tokens_) {
    for (std::int64_t prompt = 0; prompt < (ensemble ? 1 : prompts()); ++prompt) {
      const auto names = name_features(question, prompt, ensemble).t();  // once for both parts
      for (const auto& [part, rows, features] : parts)
        part->teacher[question].push_back(scale * at::matmul(features, names));
    }
    for (const auto& [part, rows, features] : parts) {
      const auto logits = part->teacher[question];
      for (std::int64_t prompt = 0; prompt < prompts() && !ensemble; ++prompt)
        if (const auto own = part->own_template(rows, prompt); own.defined())
          part->teacher[question][prompt] =
              at::where(own.unsqueeze(1), logits[part->next_template(prompt)], logits[prompt]);
    }
  }
}

at::Tensor ClipSubject::all_features(const ClipPart& part, const BatchRows& rows) const {
  std::vector<at::Tensor> out;
  constexpr std::int64_t chunk = 256;
  for (std::int64_t begin = 0; begin < rows.size(); begin += chunk)
    out.push_back(sample_features(part, rows.slice(begin, begin + chunk).on_device));
  return at::cat(out);
}

at::Tensor ClipSubject::name_features(const std::string& question, std::int64_t prompt,
                                      bool all_templates) const {
  const Precision scope(precision_, device().type());
  const auto& tokens = tokens_.at(question);
  if (!all_templates) return student_.text_features(tokens.at(prompt));
  at::Tensor sum;
  for (const auto& of_template : tokens) {
    const auto features = student_.text_features(of_template);
    sum = sum.defined() ? sum + features : features;
  }
  return sum / sum.norm(2, {-1}, /*keepdim=*/true);
}

at::Tensor ClipSubject::sample_features(const ClipPart& part, const at::Tensor& rows) const {
  const Precision scope(precision_, device().type());
  if (part.text_tokens.defined())
    return student_.text_features(part.text_tokens.index_select(0, rows));
  return student_.image_features(part.samples.images.index_select(0, rows));
}

}  // namespace lacuna
