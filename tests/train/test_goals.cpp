// Whole runs at the goals coarse and hybrid, and laws that hold for whole runs.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

// Of the tiny set the samples of "bug" (ant, bee) forget their coarse label, too.
Samples hybrid_set(std::int64_t size = 10) { return tiny_set(size, {0}); }
Samples coarse_set() { return tiny_set(10, {0, 1}); }

Unlearned run(const std::string& id, const Samples& set, UnlearnJob job = tiny_job()) {
  job.training.checkpoint = "last";
  return unlearn(tiny_model(), {set}, method(id), job, {});
}

TEST_CASE("a set asks whose coarse label is to be forgotten, and whose is to be kept") {
  const auto bugs = tiny_set().forget.at(0).target.lt(2);
  const auto hybrid = hybrid_set();
  REQUIRE(hybrid.forget.size() == 2);
  REQUIRE(hybrid.keep.size() == 1);
  CHECK(hybrid.forget[1].question == "coarse");
  CHECK(hybrid.forget[1].sample.equal(bugs.nonzero().flatten()));
  CHECK(hybrid.forget[1].target.eq(0).all().item<bool>());
  CHECK(hybrid.keep[0].sample.equal(bugs.logical_not().nonzero().flatten()));
  CHECK(hybrid.keep[0].target.eq(1).all().item<bool>());
  // With the name of a bug those of all bugs go, with the name of a cat that one only.
  const auto ant = at::tensor({1, 1, 0, 0, 0, 0}, at::kLong).to(at::kBool);
  const auto cat = at::tensor({0, 0, 1, 0, 0, 0}, at::kLong).to(at::kBool);
  CHECK(hybrid.forget[0].forgotten.equal(at::where(bugs.unsqueeze(1), ant, cat)));
  CHECK_FALSE(hybrid.forget[0].sample.defined());

  const auto all = coarse_set();
  REQUIRE(all.forget.size() == 2);
  CHECK_FALSE(all.forget[1].sample.defined());
  CHECK(all.keep.empty());
  const auto none = tiny_set();
  REQUIRE(none.forget.size() == 1);
  CHECK_FALSE(none.forget[0].forgotten.defined());
  REQUIRE(none.keep.size() == 1);
  CHECK_FALSE(none.keep[0].sample.defined());
  CHECK(none.keep[0].target.equal(at::tensor({0, 0, 1, 0, 0, 1, 0, 0, 1, 0}, at::kLong)));
}

TEST_CASE("every method runs at the goals coarse and hybrid, and does something else there") {
  const std::string id =
      GENERATE("ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun");
  CAPTURE(id);
  auto job = tiny_job();
  job.kl = {.coarse = 1, .fine = 1};
  const auto fine = run(id, tiny_set(), job), hybrid = run(id, hybrid_set(), job),
             coarse = run(id, coarse_set(), job);
  CHECK_FALSE(equal(fine.weights, hybrid.weights));
  CHECK_FALSE(equal(coarse.weights, hybrid.weights));
  CHECK(equal(hybrid.weights, run(id, hybrid_set(), job).weights));
  CHECK_FALSE(fine.trajectory.at("epochs")[0].contains("forget_coarse_accuracy"));
  CHECK(hybrid.trajectory.at("epochs")[0].contains("forget_coarse_accuracy"));
}

TEST_CASE("coarse labels that were to be forgotten are, those to be kept less") {
  auto job = tiny_job();
  job.training.learning_rate = 3e-3;
  job.training.epochs = 12;
  // First the model learns both labels of all samples.
  const auto learned = unlearn(tiny_model(), {tiny_set(30)}, scripted([](const Batch& batch, auto) {
                                 return nll(fine_of(batch)).mean() + nll(coarse_of(batch)).mean();
                               }),
                               [&] {
                                 auto learning = job;
                                 learning.training.checkpoint = "last";
                                 learning.training.epochs = 80;
                                 return learning;
                               }(),
                               {});
  auto model = tiny_model();
  model.weights = learned.weights;
  const auto set = hybrid_set(30);
  job.training.checkpoint = "last";
  const auto epochs = unlearn(model, {set}, method("nhl"), job, {}).trajectory.at("epochs");
  const double before = epochs.front().at("forget_coarse_accuracy");
  CHECK(before > 0.6);
  CHECK(epochs.back().at("forget_coarse_accuracy").get<double>() < before / 2);
}

TEST_CASE("steps tell the coarse accuracies of what goes and of what stays apart") {
  auto job = tiny_job();
  job.training.batch_size = 10;
  job.training.epochs = 1;
  const auto step = [&](const Samples& set) {
    return unlearn(tiny_model(), {set}, method("ga"), job, {}).trajectory.at("steps").at(0);
  };
  const auto fine = step(tiny_set()), hybrid = step(hybrid_set()), coarse = step(coarse_set());
  // 7 of the 10 samples are bugs. Agreement is 1 at the original weights.
  const double kept = 2 * hybrid.at("utility_proxy").get<double>() - 1;
  const double gone = hybrid.at("forget_coarse_accuracy");
  const double together = 2 * fine.at("utility_proxy").get<double>() - 1;
  CHECK_THAT(0.3 * kept + 0.7 * gone, WithinAbs(together, 1e-9));
  CHECK(coarse.at("utility_proxy") == 1);
  CHECK_THAT(coarse.at("forget_coarse_accuracy").get<double>(), WithinAbs(together, 1e-9));
  CHECK_FALSE(fine.contains("forget_coarse_accuracy"));
}

TEST_CASE("checkpoint = train goes by the mean of both accuracies that are to fall") {
  auto job = tiny_job();
  job.training.learning_rate = 1e-2;
  job.training.epochs = 10;
  const auto out = unlearn(tiny_model(), {hybrid_set()}, method("npo"), job, {}).trajectory;
  std::int64_t kept = 9;
  double best = 1;
  for (const auto& epoch : out.at("epochs")) {
    const double accuracy = (epoch.at("forget_accuracy").get<double>() +
                             epoch.at("forget_coarse_accuracy").get<double>()) /
                            2;
    if (accuracy < best) best = accuracy, kept = epoch.at("epoch");
  }
  CHECK(out.at("kept_epoch") == kept);
}

TEST_CASE("a goal that forgets the only coarse class is refused") {
  auto set = tiny_set();
  set.taxonomy.coarse = {"all"};
  set.taxonomy.parent.assign(6, 0);
  const auto fine = fine_targets(set);
  ask_to_forget(set, fine, {0});
  CHECK(message_of<ConfigError>([&] { run("ga", set); }) ==
        "forgetting set: fewer than two coarse class names");
}

// The tiny set with its fine and coarse classes in another order.
Samples renamed(const std::vector<std::int64_t>& coarse_labels, const at::Tensor& fine,
                const at::Tensor& coarse) {
  auto set = tiny_set();
  const auto before = set.taxonomy;
  for (std::int64_t i = 0; i < fine.size(0); ++i) {
    const auto to = fine[i].item<std::int64_t>();
    set.taxonomy.fine[to] = before.fine[i];
    set.taxonomy.parent[to] = coarse[before.parent[i]].item<std::int64_t>();
  }
  for (std::int64_t c = 0; c < coarse.size(0); ++c)
    set.taxonomy.coarse[coarse[c].item<std::int64_t>()] = before.coarse[c];
  std::vector<std::int64_t> gone;
  for (const auto label : coarse_labels) gone.push_back(coarse[label].item<std::int64_t>());
  ask_to_forget(set, fine.index_select(0, fine_targets(tiny_set())), gone);
  return set;
}

TEST_CASE("classes in another order: the same weights, so permuted outputs") {
  // Relabelling draws numbers of labels, which mean other classes then.
  const std::string id = GENERATE("ga", "npo", "nhl", "gdiff", "me", "task_vector");
  CAPTURE(id);
  const auto gone = GENERATE(std::vector<std::int64_t>{}, std::vector<std::int64_t>{0});
  const auto set = tiny_set(10, gone);
  const auto other =
      renamed(gone, at::tensor({3, 0, 5, 1, 4, 2}, at::kLong), at::tensor({1, 0}, at::kLong));
  auto job = tiny_job();
  job.kl = {.coarse = 1, .fine = 1};
  job.training.eps = 1e-3;  // Adam divides rounding errors by themselves where gradients are 0
  const auto a = run(id, set, job), b = run(id, other, job);
  CHECK(largest_difference(a.weights, b.weights) < 2e-5);
  CHECK(largest_difference(a.weights, tiny_model().weights) > 1e-4);
}

TEST_CASE("no method looks at a sample that is not in its batch") {
  // Held out: never in a batch, so their pictures and labels cannot matter.
  const std::string id = GENERATE("ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector");
  CAPTURE(id);
  auto job = tiny_job();
  job.kl = {.coarse = 1, .fine = 1};
  job.training.epochs = 1;
  job.training.checkpoint = "validation";
  job.training.validation_fraction = 0.3;
  std::vector<bool> seen(10);
  unlearn(tiny_model(), {tiny_set()}, scripted([&](const Batch& batch, std::int64_t) {
            for (std::int64_t i = 0; i < batch.forget().index.size(0); ++i)
              seen[batch.forget().index[i].item<std::int64_t>()] = true;
            return nll(fine_of(batch)).mean();
          }),
          job, {});
  auto poisoned = tiny_set();
  for (std::int64_t i = 0; i < 10; ++i)
    if (!seen[i]) poisoned.images[i] = 255 - poisoned.images[i];
  CHECK_FALSE(poisoned.images.equal(tiny_set().images));
  CHECK(equal(unlearn(tiny_model(), {tiny_set()}, method(id), job, {}).weights,
              unlearn(tiny_model(), {poisoned}, method(id), job, {}).weights));
}

}  // namespace
}  // namespace lacuna::testing
