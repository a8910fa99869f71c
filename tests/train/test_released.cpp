// checkpoint = released: an epoch's accuracy is the mean of its batches' accuracies, however short
// the last one is.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"
#include "lacuna/error.hpp"
#include "train/subject.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

// What a model of one weight gets right is told beforehand: how many of each full batch and of the
// short last one of an epoch.
struct Told {
  std::int64_t full, last;
};

class ToldModel final : public Model {
 public:
  std::string family() const override { return "told"; }
  NamedTensors& weights() override { return weights_; }
  std::vector<std::string> layers() const override { return {}; }
  at::Tensor hidden(const Samples&, const at::Tensor&, const std::string& layer) override {
    throw Error(layer + ": no such layer");
  }

 private:
  NamedTensors weights_{{"w", at::zeros({1}).requires_grad_(true)}};
};

// The first `right` of the batch's rows are.
class ToldBatch final : public Batch, public Question {
 public:
  ToldBatch(ToldModel& model, BatchRows rows, std::int64_t right)
      : model_(model), rows_(std::move(rows)), right_(right) {}

  Side forget() const override { return {{&self_, 1}, rows_.size(), rows_.on_device}; }
  Side keep() const override { return {}; }

  const std::string& name() const override { return name_; }
  at::Tensor student() const override { return teacher() + 0 * model_.weights().at("w"); }
  at::Tensor teacher() const override {
    const auto right = at::arange(rows_.size(), at::kLong).lt(right_);
    return at::stack({right, right.logical_not()}, 1).to(at::kFloat);
  }
  at::Tensor teacher_nll() const override { return cross_entropy(teacher(), target()); }
  at::Tensor target() const override { return at::zeros({rows_.size()}, at::kLong); }
  at::Tensor sample() const override { return {}; }
  at::Tensor row() const override { return rows_.on_device; }

 private:
  ToldModel& model_;
  BatchRows rows_;
  std::int64_t right_;
  std::string name_ = "fine";
  const Question* self_ = this;
};

class ToldSubject final : public Subject {
 public:
  ToldSubject(std::int64_t size, std::int64_t batch, std::vector<Told> epochs)
      : batch_(batch), epochs_(std::move(epochs)) {
    forget_.size = size;
    forget_.forget = {{.question = "fine", .target = at::zeros({size}, at::kLong), .choices = 2}};
  }

  Model& model() override { return model_; }
  Model& original() override { return model_; }
  const Samples& forget() const override { return forget_; }
  const Samples& retain() const override { return retain_; }
  c10::Device device() const override { return at::kCPU; }
  std::int64_t prompts() const override { return 1; }
  std::unique_ptr<Batch> batch(const BatchRows& forget, const BatchRows&, std::int64_t,
                               bool) const override {
    const auto steps = (forget_.size + batch_ - 1) / batch_;
    const auto& told = epochs_.at(static_cast<std::size_t>(asked_++ / steps));
    return std::make_unique<ToldBatch>(model_, forget,
                                       forget.size() == batch_ ? told.full : told.last);
  }
  void check(const NamedTensors&) const override {}

 private:
  mutable ToldModel model_;
  Samples forget_, retain_;
  std::int64_t batch_;
  std::vector<Told> epochs_;
  mutable std::int64_t asked_ = 0;
};

// The weight goes down at every step; or an objective that says it fits the true answers.
struct Down final : Objective {
  explicit Down(bool fits) : fits_truth(fits) {}
  at::Tensor loss(const Batch& batch, const Moment&) override {
    return per_sample(batch.forget(), nll).mean() + weights->at("w").sum();
  }
  at::Tensor fitted(const Question& question) override {
    return fits_truth ? question.target() : at::Tensor();
  }
  bool fits_truth;
  NamedTensors* weights = nullptr;
};

Unlearned run(const std::string& checkpoint, bool fits, std::int64_t size,
              const std::vector<Told>& epochs) {
  ToldSubject subject(size, 32, epochs);
  UnlearnJob job;
  job.training.checkpoint = checkpoint;
  job.training.batch_size = 32;
  job.training.learning_rate = 1;
  job.training.epochs = static_cast<std::int64_t>(epochs.size());
  return unlearn(subject, scripted_method([&](UnlearnContext& context) {
                   Down objective(fits);
                   objective.weights = &context.weights();
                   context.train(objective, {});
                 }),
                 job, {});
}

// 330 samples in batches of 32: ten full ones and one of ten.
const std::vector<Told> kUneven{
    {.full = 10, .last = 10}, {.full = 12, .last = 0}, {.full = 32, .last = 10}};

TEST_CASE("330 samples in batches of 32: `released` keeps another epoch than `train`") {
  const auto train = run("train", false, 330, kUneven);
  const auto released = run("released", false, 330, kUneven);
  const auto accuracy = [](const Unlearned& out, std::size_t epoch) {
    return out.trajectory.at("epochs")[epoch].at("forget_accuracy").get<double>();
  };
  // The trajectory counts samples in either case: 110 and 120 of 330.
  for (const auto* out : {&train, &released}) {
    CHECK_THAT(accuracy(*out, 0), WithinAbs(110. / 330, 1e-12));
    CHECK_THAT(accuracy(*out, 1), WithinAbs(120. / 330, 1e-12));
  }
  CHECK(train.trajectory.at("kept_epoch") == 0);
  // The means of eleven batches are 37.5 % and 34.09 %.
  CHECK(released.trajectory.at("kept_epoch") == 1);
  CHECK(released.weights.at("w").item<double>() < train.weights.at("w").item<double>());
}

TEST_CASE("the same of an objective that fits answers: the highest mean of batches") {
  std::vector<Told> epochs = kUneven;
  epochs.pop_back();
  CHECK(run("train", true, 330, epochs).trajectory.at("kept_epoch") == 1);
  CHECK(run("released", true, 330, epochs).trajectory.at("kept_epoch") == 0);
}

TEST_CASE("batches of one size: `released` keeps what `train` keeps") {
  // 22 of 32 are 68.75 %, which rounding leaves alone: of equal epochs the first.
  const std::vector<Told> exact{
      {.full = 24, .last = 0}, {.full = 22, .last = 0}, {.full = 22, .last = 0}};
  CHECK(run("train", false, 320, exact).trajectory.at("kept_epoch") == 1);
  CHECK(run("released", false, 320, exact).trajectory.at("kept_epoch") == 1);
}

}  // namespace
}  // namespace lacuna::testing
