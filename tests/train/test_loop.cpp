// The unlearning loop: determinism, order, schedule, checkpoint rule, guard, precision.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "fixtures.hpp"
#include "support/compute_mode.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

Unlearned run(const Entry& entry, const UnlearnJob& job, const Samples& set = tiny_set()) {
  return unlearn(tiny_model(), {set}, entry, job, {});
}

const auto ascend = [](const Batch& batch, std::int64_t) { return -nll(fine_of(batch)).mean(); };

TEST_CASE("the same seed gives the same bytes, another seed others") {
  auto job = tiny_job();
  job.kl = {.coarse = 1, .fine = 1};
  const std::string id = GENERATE("npo", "relabel", "task_vector");
  const auto first = run(method(id), job), second = run(method(id), job);
  CHECK(equal(first.weights, second.weights));
  CHECK(first.trajectory.dump() == second.trajectory.dump());
  job.seed = 8;
  CHECK_FALSE(equal(first.weights, run(method(id), job).weights));
}

TEST_CASE("every weight is trained, the original is left alone") {
  const auto original = tiny_model();
  NamedTensors copy;
  for (const auto& [name, weight] : original.weights) copy[name] = weight.clone();
  auto job = tiny_job();
  job.training.checkpoint = "last";
  const auto out = unlearn(original, {tiny_set()}, method("ga"), job, {});
  CHECK(equal(original.weights, copy));
  REQUIRE(out.weights.size() == copy.size());
  for (const auto& [name, weight] : out.weights) {
    CAPTURE(name);
    CHECK_FALSE(weight.equal(copy.at(name)));
    CHECK(weight.scalar_type() == at::kFloat);
    CHECK_FALSE(weight.requires_grad());
  }
}

TEST_CASE("an epoch sees every sample once, in another order, and keeps the last batch") {
  std::vector<std::vector<std::int64_t>> seen(3);
  auto job = tiny_job();
  run(scripted([&](const Batch& batch, std::int64_t call) {
        const auto index = batch.forget().index;
        CHECK(index.size(0) == (call % 3 == 2 ? 2 : 4));
        for (std::int64_t i = 0; i < index.size(0); ++i)
          seen.at(call / 3).push_back(index[i].item<std::int64_t>());
        return ascend(batch, call);
      }),
      job);
  CHECK(seen[0] != seen[1]);
  for (auto& epoch : seen) {
    std::sort(epoch.begin(), epoch.end());
    CHECK(epoch == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
}

TEST_CASE("the trajectory has a record a step and an epoch, and a cosine schedule") {
  auto job = tiny_job();
  job.kl = {.coarse = 2, .fine = 3};
  job.training.epochs = 4;
  const auto out = run(method("nhl"), job).trajectory;
  REQUIRE(out.at("steps").size() == 12);
  REQUIRE(out.at("epochs").size() == 4);
  for (std::size_t i = 0; i < 12; ++i) {
    const auto& step = out.at("steps")[i];
    CHECK(step.at("step") == i + 1);
    CHECK(step.at("epoch") == i / 3);
    const double loss = step.at("objective").get<double>() +
                        2 * step.at("kl_coarse").get<double>() +
                        3 * step.at("kl_fine").get<double>();
    CHECK_THAT(step.at("loss").get<double>(), WithinAbs(loss, 1e-4));
    CHECK(step.at("forget_accuracy") >= 0);
    CHECK(step.at("utility_proxy") <= 1);
  }
  const double half = 1e-3 * (1 + std::cos(std::acos(-1) / 4)) / 2;
  CHECK_THAT(out.at("steps")[0].at("learning_rate").get<double>(), WithinAbs(1e-3, 1e-12));
  CHECK_THAT(out.at("steps")[3].at("learning_rate").get<double>(), WithinAbs(half, 1e-12));
  CHECK_THAT(out.at("epochs")[2].at("learning_rate").get<double>(), WithinAbs(5e-4, 1e-12));
  // At the original weights, under matching prompts, the KL terms start at 0.
  CHECK_THAT(out.at("steps")[0].at("kl_fine").get<double>(), WithinAbs(0, 1e-6));
}

TEST_CASE("an epoch's forget accuracy counts samples, not batches") {
  const auto out = run(method("ga"), tiny_job()).trajectory;
  double right = 0;
  for (std::size_t i = 0; i < 3; ++i)
    right += out.at("steps")[i].at("forget_accuracy").get<double>() * (i == 2 ? 2 : 4);
  CHECK_THAT(out.at("epochs")[0].at("forget_accuracy").get<double>(), WithinAbs(right / 10, 1e-12));
  CHECK(out.at("steps")[0].at("kl_fine").is_null());
}

TEST_CASE("the utility proxy starts from full agreement with the original model") {
  const auto set = flat(tiny_set());
  const auto steps = run(method("ga"), tiny_job(), set).trajectory.at("steps");
  CHECK(steps[0].at("utility_proxy") == 1);
}

// Fits the labels from the third epoch on, unlearns them before: the lowest accuracy is in the
// middle.
at::Tensor down_then_up(const Batch& batch, std::int64_t call) {
  return nll(fine_of(batch)).mean() * (call < 9 ? -1 : 1);
}

TEST_CASE("checkpoint = train keeps the epoch with the lowest forget accuracy") {
  auto job = tiny_job();
  job.training.learning_rate = 1e-2;
  job.training.epochs = 16;
  std::vector<NamedTensors> starts;  // weights at the first step of an epoch
  const auto out = run(scripted_method([&](UnlearnContext& context) {
                         Scripted::script = down_then_up;
                         Scripted objective({});
                         TrainOptions options;
                         options.before_step = [&](NamedTensors&, const Moment& now) {
                           if (now.step % 3 != 0) return;
                           NamedTensors copy;
                           for (const auto& [name, weight] : context.weights())
                             copy[name] = weight.detach().clone();
                           starts.push_back(copy);
                         };
                         context.train(objective, options);
                       }),
                       job);
  std::int64_t lowest = -1;
  double best = 1;
  const auto& epochs = out.trajectory.at("epochs");
  for (std::size_t i = 0; i < epochs.size(); ++i)
    if (const double accuracy = epochs[i].at("forget_accuracy"); accuracy < best)
      best = accuracy, lowest = static_cast<std::int64_t>(i);
  REQUIRE(lowest >= 0);
  REQUIRE(lowest < 15);
  CHECK(epochs[15].at("forget_accuracy") > best);
  CHECK(out.trajectory.at("kept_epoch") == lowest);
  CHECK(equal(out.weights, starts.at(lowest + 1)));
}

TEST_CASE("checkpoint = last keeps the last epoch") {
  auto job = tiny_job();
  job.training.learning_rate = 1e-2;
  job.training.epochs = 16;
  job.training.checkpoint = "last";
  CHECK(run(scripted(down_then_up), job).trajectory.at("kept_epoch") == 15);
}

// Fits the labels, says so, and spoils them in the last epochs.
struct UpThenDown final : Objective {
  at::Tensor loss(const Batch& batch, const Moment&) override {
    return nll(fine_of(batch)).mean() * (calls++ < 36 ? 1 : -1);
  }
  at::Tensor fitted(const Question& question) override { return question.target(); }
  std::int64_t calls = 0;
};

TEST_CASE("an objective that fits labels keeps the epoch that fits them best") {
  auto job = tiny_job();
  job.training.learning_rate = 1e-2;
  job.training.epochs = 16;
  const auto out = run(scripted_method([](UnlearnContext& context) {
                         UpThenDown objective;
                         context.train(objective, {});
                       }),
                       job)
                       .trajectory;
  const auto& epochs = out.at("epochs");
  std::size_t best = 0;
  for (std::size_t i = 0; i < epochs.size(); ++i)
    if (epochs[i].at("fitted_accuracy") >= epochs[best].at("fitted_accuracy")) best = i;
  CHECK(out.at("kept_epoch") == best);
  CHECK(epochs[best].at("fitted_accuracy") > epochs[0].at("fitted_accuracy"));
  CHECK(epochs[15].at("fitted_accuracy") < epochs[best].at("fitted_accuracy"));
  CHECK(epochs[best].at("fitted_accuracy") == epochs[best].at("forget_accuracy"));
}

TEST_CASE("checkpoint = validation never trains on what it holds out") {
  auto job = tiny_job();
  job.training.checkpoint = "validation";
  job.training.validation_fraction = 0.3;
  std::set<std::int64_t> seen;
  const auto out = run(scripted([&](const Batch& batch, std::int64_t call) {
                         const auto index = batch.forget().index;
                         for (std::int64_t i = 0; i < index.size(0); ++i)
                           seen.insert(index[i].item<std::int64_t>());
                         return ascend(batch, call);
                       }),
                       job);
  CHECK(seen.size() == 7);
  for (const auto& epoch : out.trajectory.at("epochs")) {
    const double thirds = epoch.at("validation_accuracy").get<double>() * 3;
    CHECK_THAT(thirds, WithinAbs(std::round(thirds), 1e-9));
  }
  CHECK(message_of<ConfigError>([&] {
          run(method("ga"), job, tiny_set(1));
        }).find("validation needs at least two samples") != std::string::npos);
}

TEST_CASE("a loss that is not finite stops the run with the step, and keeps what came before") {
  const double bad =
      GENERATE(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity());
  try {
    run(scripted([&](const Batch& batch, std::int64_t call) {
          return ascend(batch, call) * (call == 4 ? bad : 1);
        }),
        tiny_job());
    FAIL("no exception");
  } catch (const NotFinite& error) {
    CHECK(std::string(error.what()).find("at step 5 of 9, epoch 1") != std::string::npos);
    CHECK(error.trajectory.at("steps").size() == 4);
    CHECK(error.trajectory.at("epochs").size() == 1);
  }
}

TEST_CASE("weights that are not finite are never handed out") {
  const auto message = message_of<NotFinite>([] {
    run(scripted_method([](UnlearnContext& context) {
          at::NoGradGuard no_grad;
          context.weights().at("logit_scale").fill_(NAN);
        }),
        tiny_job());
  });
  CHECK(message.starts_with("logit_scale: has values that are not finite"));
}

TEST_CASE("bfloat16 computes nearly the same and leaves float32 weights") {
  auto job = tiny_job();
  job.training.checkpoint = "last";
  const auto full = run(method("npo"), job);
  job.training.precision = "bfloat16";
  const auto half = run(method("npo"), job);
  CHECK_FALSE(equal(full.weights, half.weights));
  for (const auto& [name, weight] : half.weights) CHECK(weight.scalar_type() == at::kFloat);
  const auto first = [](const Unlearned& out) {
    return out.trajectory.at("steps")[0].at("loss").get<double>();
  };
  CHECK_THAT(first(half), WithinAbs(first(full), 0.05 * std::abs(first(full)) + 0.05));
}

TEST_CASE("tf32 is float32 on a CPU, in forward and backward pass, and ends with the run") {
  auto job = tiny_job();
  const auto full = run(method("npo"), job);
  job.training.precision = "tf32";
  run(scripted_method([](UnlearnContext& context) {
        struct Looks final : Objective {
          at::Tensor loss(const Batch& batch, const Moment&) override {
            CHECK(tf32_allowed());
            return -nll(fine_of(batch)).mean();
          }
        } objective;
        CHECK_FALSE(tf32_allowed());
        context.train(objective, {});
        context.gradient(objective);
        CHECK_FALSE(tf32_allowed());
      }),
      job);
  CHECK(equal(run(method("npo"), job).weights, full.weights));
  CHECK_FALSE(tf32_allowed());
}

TEST_CASE("student_prompts = ensemble trains under all templates at once") {
  auto job = tiny_job();
  job.training.student_prompts = "ensemble";
  job.kl.fine = 1;
  const auto out = run(method("ga"), job).trajectory;
  CHECK_THAT(out.at("steps")[0].at("kl_fine").get<double>(), WithinAbs(0, 1e-6));
  job.training.student_prompts = "single";
  job.training.teacher_prompts = "ensemble";
  CHECK(run(method("ga"), job).trajectory.at("steps")[0].at("kl_fine") > 1e-5);
}

TEST_CASE("progress is told each step on the CPU") {
  std::vector<Progress> told;
  unlearn(tiny_model(), {tiny_set()}, method("ga"), tiny_job(),
          [&](const Progress& progress) { told.push_back(progress); });
  REQUIRE(told.size() == 9);
  CHECK(told[0].step == 1);
  CHECK(told[8].step == 9);
  CHECK(told[8].steps == 9);
  CHECK(told[8].epoch == 2);
  CHECK(std::isfinite(told[8].loss.value()));
}

TEST_CASE("a coarse KL term is refused on a dataset without coarse names") {
  const auto set = flat(tiny_set());
  auto job = tiny_job();
  job.kl.coarse = 1;
  CHECK(message_of<ConfigError>([&] { run(method("ga"), job, set); }) ==
        "kl.coarse: the dataset has no coarse class names (set it to 0)");
}

TEST_CASE("deterministic kernels are asked for during the run only") {
  REQUIRE_FALSE(at::globalContext().deterministicAlgorithms());
  bool during = false;
  run(scripted([&](const Batch& batch, std::int64_t call) {
        during = at::globalContext().deterministicAlgorithms();
        return ascend(batch, call);
      }),
      tiny_job());
  CHECK(during);
  CHECK_FALSE(at::globalContext().deterministicAlgorithms());
}

}  // namespace
}  // namespace lacuna::testing
