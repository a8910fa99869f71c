// A causal language model of two matrices, with passages to forget and to keep: what the loop and
// the methods are shown to need of a family of models, and no more.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "train/subject.hpp"

namespace lacuna::testing {

// The next token's logits are a function of the last one alone.
class ToyLm final : public Model {
 public:
  explicit ToyLm(NamedTensors weights) : weights_(std::move(weights)) {}
  std::string family() const override { return "causal_lm"; }
  NamedTensors& weights() override { return weights_; }
  std::vector<std::string> layers() const override { return {}; }
  at::Tensor hidden(const Samples&, const at::Tensor&, const std::string&) override {
    throw Error("toy: no layers");
  }
  at::Tensor logits(const at::Tensor& last) const {
    return at::matmul(weights_.at("embedding").index_select(0, last), weights_.at("head"));
  }

 private:
  NamedTensors weights_;
};

// Passages of tokens, of which all but the first are the answer.
using Passages = std::vector<std::vector<std::int64_t>>;

class ToySubject final : public Subject {
 public:
  static constexpr std::int64_t kVocabulary = 12;

  ToySubject(NamedTensors weights, const Passages& forget, const Passages& retain)
      : student_(copy(weights)), teacher_(copy(weights)) {
    forget_ = samples_of(forget, forget_last_);
    retain_ = samples_of(retain, retain_last_);
    std::swap(retain_.keep, retain_.forget);
  }

  static NamedTensors initial_weights() {
    auto generator = make_generator(3, "toy");
    return {{"embedding", at::randn({kVocabulary, 16}, generator, at::kFloat)},
            {"head", at::randn({16, kVocabulary}, generator, at::kFloat)}};
  }

  Model& model() override { return student_; }
  Model& original() override { return teacher_; }
  const Samples& forget() const override { return forget_; }
  const Samples& retain() const override { return retain_; }
  c10::Device device() const override { return at::kCPU; }
  std::int64_t prompts() const override { return 1; }
  std::unique_ptr<Batch> batch(const BatchRows& forget, const BatchRows& retain, std::int64_t,
                               bool) const override {
    return std::make_unique<ToyBatch>(*this, forget, retain);
  }
  void check(const NamedTensors&) const override {}

 private:
  class Answer final : public Question {
   public:
    // The rows of `labels` that belong to the samples `rows`.
    Answer(const ToySubject& subject, const Labels& labels, const at::Tensor& last,
           const at::Tensor& rows)
        : subject_(subject) {
      std::vector<at::Tensor> row, sample;
      for (std::int64_t i = 0; i < rows.numel(); ++i) {
        row.push_back(labels.sample.eq(rows[i]).nonzero().flatten());
        sample.push_back(at::full_like(row.back(), i));
      }
      row_ = at::cat(row), sample_ = at::cat(sample);
      last_ = last.index_select(0, row_), target_ = labels.target.index_select(0, row_);
    }
    const std::string& name() const override { return subject_.name_; }
    at::Tensor student() const override { return subject_.student_.logits(last_); }
    at::Tensor teacher() const override { return subject_.teacher_.logits(last_); }
    at::Tensor teacher_nll() const override { return cross_entropy(teacher(), target_); }
    at::Tensor target() const override { return target_; }
    at::Tensor sample() const override { return sample_; }
    at::Tensor row() const override { return row_; }

   private:
    const ToySubject& subject_;
    at::Tensor row_, sample_, last_, target_;
  };

  class ToyBatch final : public Batch {
   public:
    ToyBatch(const ToySubject& subject, const BatchRows& forget, const BatchRows& retain) {
      if (forget.size() > 0) {
        forgotten_ = std::make_unique<Answer>(subject, subject.forget_.forget.front(),
                                              subject.forget_last_, forget.on_host);
        forget_ = {forgotten_.get()}, forget_index_ = forget.on_host;
      }
      if (retain.size() > 0) {
        kept_ = std::make_unique<Answer>(subject, subject.retain_.keep.front(),
                                         subject.retain_last_, retain.on_host);
        keep_ = {kept_.get()}, keep_index_ = retain.on_host + subject.forget_.size;
      }
    }
    Side forget() const override { return {forget_, forget_index_.size(0), forget_index_}; }
    Side keep() const override { return {keep_, keep_index_.size(0), keep_index_}; }

   private:
    std::unique_ptr<Answer> forgotten_, kept_;
    std::vector<const Question*> forget_, keep_;
    at::Tensor forget_index_ = at::empty({0}, at::kLong), keep_index_ = at::empty({0}, at::kLong);
  };

  static NamedTensors copy(const NamedTensors& weights) {
    NamedTensors out;
    for (const auto& [name, weight] : weights) out[name] = weight.clone();
    return out;
  }

  static Samples samples_of(const Passages& passages, at::Tensor& last) {
    std::vector<std::int64_t> target, sample, before;
    for (std::size_t i = 0; i < passages.size(); ++i) {
      for (std::size_t t = 1; t < passages[i].size(); ++t) {
        before.push_back(passages[i][t - 1]), target.push_back(passages[i][t]);
        sample.push_back(static_cast<std::int64_t>(i));
      }
    }
    last = at::tensor(before, at::kLong);
    Samples out{.size = static_cast<std::int64_t>(passages.size())};
    if (out.size > 0)
      out.forget = {{.question = "answer",
                     .target = at::tensor(target, at::kLong),
                     .sample = at::tensor(sample, at::kLong),
                     .choices = kVocabulary}};
    return out;
  }

  std::string name_ = "answer";
  ToyLm student_, teacher_;
  Samples forget_, retain_;
  at::Tensor forget_last_, retain_last_;
};

}  // namespace lacuna::testing
