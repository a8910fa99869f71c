#include "train/clip_batch.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace lacuna {
namespace {

// What was first asked for without gradient is computed again for a caller who needs one.
bool fresh(const at::Tensor& kept) {
  return kept.defined() && (kept.requires_grad() || !at::GradMode::is_enabled());
}

}  // namespace

class ClipBatch::Asked final : public Question {
 public:
  // `places`: which of the part's samples in the batch, int64 [R]; undefined: all of them. `row`:
  // of the labels. `sample` as in Question.
  Asked(const ClipBatch& batch, Part part, const Labels& labels, at::Tensor places, at::Tensor row,
        at::Tensor sample)
      : batch_(batch),
        part_(part),
        labels_(labels),
        places_(std::move(places)),
        row_(std::move(row)),
        sample_(std::move(sample)) {}

  const std::string& name() const override { return labels_.question; }
  at::Tensor student() const override { return placed(batch_.student(part_, name())); }
  at::Tensor teacher() const override { return placed(batch_.teacher(part_, name())); }
  at::Tensor teacher_nll() const override { return cross_entropy(teacher(), target()); }
  at::Tensor target() const override { return labels_.target.index_select(0, row_); }
  at::Tensor sample() const override { return sample_; }
  at::Tensor row() const override { return row_; }

 private:
  at::Tensor placed(const at::Tensor& logits) const {
    return places_.defined() ? logits.index_select(0, places_) : logits;
  }

  const ClipBatch& batch_;
  Part part_;
  const Labels& labels_;
  at::Tensor places_, row_, sample_;
};

ClipBatch::ClipBatch(const ClipSubject& subject, BatchRows forget, BatchRows retain,
                     std::int64_t prompt, bool all_templates)
    : subject_(subject),
      rows_{std::move(forget), std::move(retain)},
      prompt_(prompt),
      all_templates_(all_templates) {
  const auto &forgets = subject.forget_part(), &retains = subject.retain_part();
  const auto b = rows_[forgotten].size(), r = rows_[retained].size();
  const auto none = at::empty({0}, at::TensorOptions(at::kLong).device(subject.device()));
  forget_size_ = b;
  forget_index_ = b > 0 ? rows_[forgotten].on_device : none;
  // Where nothing at all is to be kept the side still has its samples: a mean over none is no
  // number.
  const bool own = b > 0 && (r == 0 || !forgets.samples.keep.empty());
  keep_size_ = (own ? b : 0) + r;
  keep_index_ = own ? forget_index_ : none;
  if (r > 0) {
    const auto index = rows_[retained].on_device + forgets.samples.size;
    keep_index_ = own ? at::cat({keep_index_, index}) : index;
  }
  if (b > 0) {
    ask(forgotten, forgets.samples.forget, forgets.forget_row, 0, true, forget_);
    ask(forgotten, forgets.samples.keep, forgets.keep_row, 0, r == 0, keep_);
  }
  if (r > 0) ask(retained, retains.samples.keep, retains.keep_row, own ? b : 0, !own, keep_);
}

ClipBatch::~ClipBatch() = default;

const ClipPart& ClipBatch::of(Part part) const {
  return part == forgotten ? subject_.forget_part() : subject_.retain_part();
}

void ClipBatch::ask(Part part, const std::vector<Labels>& labels,
                    const std::vector<BatchRows>& row_of, std::int64_t first, bool alone,
                    std::vector<const Question*>& side) {
  const auto& rows = rows_[part];
  for (std::size_t i = 0; i < labels.size(); ++i) {
    at::Tensor places, row = rows.on_device, sample;
    if (row_of[i].size() > 0) {
      // The host knows how many there are, the device which: nothing is copied, nothing waited for.
      const auto on_host = row_of[i].on_host.index_select(0, rows.on_host);
      const auto count = on_host.ge(0).sum().item<std::int64_t>();
      if (count == 0) continue;
      const auto own = row_of[i].on_device.index_select(0, rows.on_device);
      const auto absent = own.lt(0).to(at::kInt);
      places =
          std::get<1>(absent.sort(/*stable=*/true, 0, /*descending=*/false)).slice(0, 0, count);
      row = own.index_select(0, places);
      sample = places + first;
    } else if (!alone) {
      sample = at::arange(first, first + rows.size(), row.options());
    }
    asked_.push_back(std::make_unique<Asked>(*this, part, labels[i], places, row, sample));
    side.push_back(asked_.back().get());
  }
}

at::Tensor ClipBatch::names(const std::string& question, std::int64_t prompt) const {
  auto& kept = names_[{question, prompt}];
  if (!fresh(kept)) kept = subject_.name_features(question, prompt, all_templates_);
  return kept;
}

at::Tensor ClipBatch::student(Part part, const std::string& question) const {
  auto& logits = logits_[part][question];
  if (!fresh(logits)) {
    auto& features = features_[part];
    if (!fresh(features)) features = subject_.sample_features(of(part), rows_[part].on_device);
    const auto under = [&](std::int64_t prompt) {
      return subject_.student().logit_scale() * at::matmul(features, names(question, prompt).t());
    };
    logits = under(prompt_);
    if (const auto own =
            all_templates_ ? at::Tensor() : of(part).own_template(rows_[part], prompt_);
        own.defined())
      logits = at::where(own.unsqueeze(1), under(of(part).next_template(prompt_)), logits);
  }
  return logits;
}

at::Tensor ClipBatch::teacher(Part part, const std::string& question) const {
  return of(part).teacher_logits(question, prompt_).index_select(0, rows_[part].on_device);
}

}  // namespace lacuna
