// Methods with full control: hooks, gradients, generators, and what happens when a plugin fails.
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <set>
#include <stdexcept>

#include "fixtures.hpp"
#include "lacuna/error.hpp"

namespace lacuna::testing {
namespace {

Unlearned run(const Entry& entry, const UnlearnJob& job = tiny_job()) {
  return unlearn(tiny_model(), {tiny_set()}, entry, job, {});
}

at::Tensor descend(const Batch& batch, std::int64_t) { return nll(fine_of(batch)).mean(); }

TEST_CASE("a hook that masks gradients freezes the weights, and sees all of them") {
  auto job = tiny_job();
  job.training.weight_decay = 0;
  std::set<std::string> seen;
  const auto out = run(scripted_method([&](UnlearnContext& context) {
                         Scripted::script = descend;
                         Scripted objective({});
                         TrainOptions options;
                         options.before_step = [&](NamedTensors& gradients, const Moment&) {
                           for (auto& [name, gradient] : gradients) {
                             seen.insert(name);
                             if (name.starts_with("visual.")) gradient.zero_();
                           }
                         };
                         context.train(objective, options);
                       }),
                       job);
  const auto original = tiny_model().weights;
  for (const auto& [name, weight] : out.weights) {
    CAPTURE(name);
    CHECK(seen.contains(name));
    CHECK(weight.equal(original.at(name)) == name.starts_with("visual."));
  }
}

TEST_CASE("task_vector: scale 0 gives back the original bits") {
  auto job = tiny_job();
  job.params = {{"scale", 0}};
  CHECK(equal(run(method("task_vector"), job).weights, tiny_model().weights));
}

TEST_CASE("task_vector: a step of 1.5 away from the fine-tuned weights") {
  const auto tuned = run(scripted_method([](UnlearnContext& context) {
    struct FineTune : Objective {
      at::Tensor loss(const Batch& batch, const Moment&) override {
        return nll(fine_of(batch)).mean() - 0.05 * nll(coarse_of(batch)).mean();
      }
      at::Tensor fitted(const Question& question) override { return question.target(); }
    } objective;
    context.train(objective, {});
  }));
  NamedTensors expected;
  for (const auto& [name, weight] : tiny_model().weights)
    expected[name] = weight - 1.5 * (tuned.weights.at(name) - weight);
  CHECK(largest_difference(run(method("task_vector")).weights, expected) < 1e-6);
  CHECK(largest_difference(tuned.weights, tiny_model().weights) > 1e-4);
}

TEST_CASE("train options go over the suite's; a second loop continues the numbering") {
  const auto out = run(scripted_method([](UnlearnContext& context) {
    Scripted::script = descend;
    Scripted objective({});
    context.train(objective, {.learning_rate = 0.5e-3, .epochs = 1});
    context.train(objective, {});
  }));
  const auto& steps = out.trajectory.at("steps");
  REQUIRE(steps.size() == 3 + 9);
  CHECK(steps[0].at("learning_rate") == 0.5e-3);
  CHECK(steps[3].at("learning_rate") == 1e-3);
  CHECK(steps[11].at("step") == 12);
}

TEST_CASE("gradient() is that of the sum over the forgetting set") {
  // One prompt, so that the split into batches cannot matter.
  auto set = tiny_set();
  set.templates = {"a {}."};
  NamedTensors whole, parts;
  for (const std::int64_t batch : {10, 3}) {
    auto job = tiny_job();
    job.training.batch_size = batch;
    unlearn(tiny_model(), {set}, scripted_method([&](UnlearnContext& context) {
              Scripted::script = descend;
              Scripted objective({});
              (batch == 10 ? whole : parts) = context.gradient(objective);
              for (const auto& [name, weight] : context.weights()) CHECK(!weight.grad().defined());
            }),
            job, {});
  }
  REQUIRE(whole.size() == tiny_model().weights.size());
  CHECK(largest_difference(whole, parts) < 1e-3);
  CHECK(whole.at("visual.proj").abs().max().item<double>() > 1e-2);
}

TEST_CASE("a method's generator is the same at every call with one name") {
  run(scripted_method([](UnlearnContext& context) {
    const auto draw = [&](const char* purpose) {
      return at::rand({4}, context.generator(purpose), at::kFloat);
    };
    CHECK(draw("mask").equal(draw("mask")));
    CHECK_FALSE(draw("mask").equal(draw("noise")));
    CHECK_FALSE(draw("order").equal(at::rand({4}, make_generator(7, "order"), at::kFloat)));
  }));
}

TEST_CASE("what a method logs is shown and is in the trajectory; it must be finite") {
  std::vector<std::string> shown;
  const auto out =
      unlearn(tiny_model(), {tiny_set()}, scripted_method([](UnlearnContext& context) {
                context.log("masked", 0.25);
                context.log("masked", 0.5);  // sooner than anybody could read it
              }),
              tiny_job(), [&](const Progress& progress) { shown.push_back(progress.note); });
  CHECK(shown == std::vector<std::string>{"masked 0.25"});
  CHECK(out.trajectory.at("log").at("masked") == nlohmann::json{0.25, 0.5});
  CHECK(out.trajectory.at("kept_epoch").is_null());
  CHECK(message_of<NotFinite>([] {
          run(scripted_method([](UnlearnContext& context) { context.log("masked", NAN); }));
        }) == "masked: the logged value is nan (a finite number)");
}

TEST_CASE("a method sees the forgetting set and nothing else") {
  run(scripted_method([](UnlearnContext& context) {
    CHECK(context.forget().size == 10);
    CHECK(context.retain().size == 0);
    CHECK(context.weights().size() == tiny_model().weights.size());
  }));
}

TEST_CASE("a method sees retain samples where they are granted, and draws batches of both") {
  const auto granted = [](auto&& script, const SampleSets& sets) {
    return unlearn(tiny_model(), sets, scripted_method(script), tiny_job(), {});
  };
  granted(
      [](UnlearnContext& context) {
        CHECK(context.retain().size == 6);
        const auto batch = context.batch(at::tensor({1, 2, 3}, at::kLong), at::arange(6));
        CHECK(batch->forget().size == 3);
        CHECK(batch->keep().size == 9);
        CHECK(context.batch(at::arange(2))->keep().size == 2);
        CHECK(message_of<Error>([&] { context.batch(at::arange(11)); }) ==
              "batch: a forget sample outside [0, 10)");
        CHECK(message_of<Error>([&] { context.batch({}, at::full({1}, -1)); }) ==
              "batch: a retain sample outside [0, 6)");
      },
      {tiny_set(), granted_set()});
  // What cannot be had is the plugin's mistake.
  const auto message = message_of<PluginError>([&] {
    granted(
        [](UnlearnContext& context) {
          Scripted::script = descend;
          Scripted objective({});
          context.train(objective, {.over = Over::retain});
        },
        {tiny_set()});
  });
  CHECK(message.starts_with("scripted: train: the request grants no retain samples"));
}

TEST_CASE("each step over the forgetting set has as many retain samples as samples to forget") {
  std::vector<std::int64_t> seen;
  auto job = tiny_job();
  unlearn(tiny_model(), {tiny_set(), granted_set()},
          scripted([&](const Batch& batch, std::int64_t) {
            const auto forget = batch.forget().size, keep = batch.keep().size;
            CHECK(keep == 2 * forget);
            const auto index = batch.keep().index;
            for (std::int64_t i = forget; i < keep; ++i)
              seen.push_back(index[i].item<std::int64_t>() - 10);
            return nll(fine_of(batch)).mean();
          }),
          job, {});
  // 30 samples to forget in three epochs: five permutations of the six.
  REQUIRE(seen.size() == 30);
  for (std::size_t begin = 0; begin < seen.size(); begin += 6) {
    std::set<std::int64_t> part(seen.begin() + static_cast<std::ptrdiff_t>(begin),
                                seen.begin() + static_cast<std::ptrdiff_t>(begin + 6));
    CHECK(part == std::set<std::int64_t>{0, 1, 2, 3, 4, 5});
  }
}

TEST_CASE("the original model is at hand, and stays what it was") {
  run(scripted_method([](UnlearnContext& context) {
    auto& original = context.open("original");
    CHECK(&original == &context.open("original"));
    Scripted::script = descend;
    Scripted objective({});
    context.train(objective, {.checkpoint = "last"});
    CHECK(largest_difference(context.weights(), tiny_model().weights) > 1e-4);
    CHECK(equal(original.weights(), tiny_model().weights));
    CHECK(original.layers() == context.model().layers());
    CHECK(message_of<ConfigError>([&] { context.open("oracle"); }) ==
          "open: no model 'oracle' is at hand (there is 'original')");
  }));
}

TEST_CASE("whatever a plugin throws names the plugin") {
  const auto thrown = [](auto&& script) {
    return message_of<PluginError>([&] { run(scripted(script)); });
  };
  CHECK(thrown([](const Batch&, std::int64_t) -> at::Tensor {
          throw std::runtime_error("out of ideas");
        }) == "scripted: out of ideas");
  const auto shape = thrown([](const Batch& batch, std::int64_t) {
    return at::matmul(fine_of(batch).student(), fine_of(batch).student());
  });
  CHECK(shape.starts_with("scripted: "));
  CHECK(shape.find("frame #") == std::string::npos);
  CHECK(thrown([](const Batch& batch, std::int64_t) { return nll(fine_of(batch)); }) ==
        "scripted: loss(): did not return a scalar with gradient");
  CHECK(thrown([](const Batch&, std::int64_t) { return at::zeros({}); }) ==
        "scripted: loss(): did not return a scalar with gradient");
  CHECK(thrown([](const Batch&, std::int64_t) { return at::Tensor(); }) ==
        "scripted: loss(): did not return a scalar with gradient");
}

TEST_CASE("weights that a method removed or reshaped are refused") {
  CHECK_THROWS_AS(
      run(scripted_method([](UnlearnContext& context) { context.weights().erase("logit_scale"); })),
      Error);
  CHECK_THROWS_AS(run(scripted_method([](UnlearnContext& context) {
                    context.weights()["logit_scale"] = at::zeros({3});
                  })),
                  Error);
}

TEST_CASE("weights that a method left of another type, or sharing memory, are refused by name") {
  const auto said = [](auto change) {
    return message_of(
        [&] { run(scripted_method([&](UnlearnContext& context) { change(context.weights()); })); });
  };
  const std::string before = "visual.ln_pre.weight", after = "visual.ln_post.weight";
  CHECK(said([&](NamedTensors& weights) { weights[before] = weights[before].to(at::kDouble); }) ==
        "scripted: visual.ln_pre.weight: is Double after unlearning (weights are float32)");
  CHECK(said([&](NamedTensors& weights) { weights[before] = at::Tensor(); }) ==
        "scripted: visual.ln_pre.weight: is undefined after unlearning (weights are float32)");
  CHECK(said([&](NamedTensors& weights) { weights[before] = weights[after]; }) ==
        "scripted: visual.ln_pre.weight: shares its memory with visual.ln_post.weight (each weight "
        "has its own)");
  CHECK(said([&](NamedTensors& weights) { weights[before] = weights[after].clone(); }).empty());
}

TEST_CASE("bad parameters are the user's mistake, not the plugin's") {
  auto job = tiny_job();
  job.params = {{"beta", -1}};
  const auto message = message_of<ConfigError>([&] { run(method("npo"), job); });
  CHECK(message.starts_with("npo: "));
}

}  // namespace
}  // namespace lacuna::testing
