// The law of each method that goes beyond a loss: scrub, ssd, rmu, ccup, pcgrad, and LoRA.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"
#include "model/clip/clip_model.hpp"
#include "train/proxies.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

// Pictures of the classes that tiny_set() does not forget.
Samples tiny_retain(std::int64_t size = 6) {
  auto set = tiny_set(size);
  set.images = at::randint(256, {size, 3, 8, 8}, make_generator(6, "retain"), at::kByte);
  ask_to_keep(set, at::arange(size, at::kLong).remainder(3) + 3);
  return set;
}

Unlearned run(const Entry& entry, const UnlearnJob& job = tiny_job()) {
  return unlearn(tiny_model(), {tiny_set(), tiny_retain()}, entry, job, {});
}

UnlearnJob with(nlohmann::json params) {
  auto job = tiny_job();
  job.params = std::move(params);
  return job;
}

// ---- ssd ----

TEST_CASE("ssd: no weight grows or changes its sign; lambda 0 sets the chosen ones to zero") {
  const double lambda = GENERATE(0., 0.5, 1.);
  const auto out = run(method("ssd"), with({{"alpha", 1}, {"lambda", lambda}}));
  const auto before = tiny_model().weights;
  std::int64_t changed = 0, zero = 0;
  for (const auto& [name, weight] : before) {
    const auto& after = out.weights.at(name);
    CAPTURE(name);
    CHECK(after.abs().le(weight.abs()).all().item<bool>());
    CHECK((after * weight).ge(0).all().item<bool>());
    changed += after.ne(weight).sum().item<std::int64_t>();
    zero += after.eq(0).logical_and(weight.ne(0)).sum().item<std::int64_t>();
  }
  CHECK(changed > 0);
  CHECK((zero == changed) == (lambda == 0));
  CHECK(out.trajectory.at("log").at("dampened_weights").at(0) >= changed);
  CHECK(out.trajectory.at("steps").empty());
}

TEST_CASE("ssd: squares of single samples' gradients, not of their mean") {
  NamedTensors by_hand;  // of one weight each: F_forget, F_retain
  run(scripted_method([&](UnlearnContext& context) {
    struct Of final : Objective {
      at::Tensor loss(const Batch& batch, const Moment&) override {
        const auto forget = batch.forget();
        return per_sample(forget.size > 0 ? forget : batch.keep(), nll).mean();
      }
    } objective;
    for (const auto over : {Over::forget, Over::retain}) {
      const auto size = over == Over::forget ? context.forget().size : context.retain().size;
      auto sum = at::zeros_like(tiny_model().weights.at("visual.proj"));
      for (std::int64_t i = 0; i < size; ++i)
        sum = sum + context.gradient(objective, over, at::full({1}, i, at::kLong))
                        .at("visual.proj")
                        .square();
      by_hand[over == Over::forget ? "forget" : "retain"] = sum / size;
    }
  }));
  const auto before = tiny_model().weights.at("visual.proj");
  REQUIRE(before.sizes() == by_hand.at("forget").sizes());
  const auto after = run(method("ssd"), with({{"alpha", 2}})).weights.at("visual.proj");
  const auto &f = by_hand.at("forget"), &r = by_hand.at("retain");
  const auto expected = at::where(f.gt(2 * r), before * (r / f).clamp_max(1), before);
  CHECK(after.allclose(expected, 1e-4, 1e-7));
  CHECK_FALSE(after.equal(before));
}

// ---- scrub, and a state that goes on ----

TEST_CASE("scrub: turns away and back in turn, one cosine over all, turns back at the end") {
  auto job = with({{"max_epochs", 2}});
  const auto out = run(method("scrub"), job).trajectory;
  std::vector<std::string> phases;
  double rate = 1;
  for (const auto& epoch : out.at("epochs")) {
    phases.push_back(epoch.at("phase"));
    CHECK(epoch.at("learning_rate").get<double>() < rate);
    rate = epoch.at("learning_rate");
    CHECK(epoch.contains("forget_accuracy") == (phases.back() == "max"));
  }
  CHECK(phases == std::vector<std::string>{"max", "min", "max", "min", "min"});
  CHECK(out.at("steps").back().at("forget_accuracy").is_null());
}

TEST_CASE("scrub: the turns back alone leave the original's predictions where they were") {
  const auto kept = run(method("scrub"), with({{"max_epochs", 0}, {"gamma", 0}}));
  CHECK(largest_difference(kept.weights, tiny_model().weights) < 5e-3);
  const auto gone = run(method("scrub"), with({{"gamma", 0}}));
  CHECK(largest_difference(gone.weights, tiny_model().weights) >
        largest_difference(kept.weights, tiny_model().weights));
}

TEST_CASE("a state goes on where the call before stopped: two calls are one, to the bit") {
  const auto train = [](int calls, bool with_state) {
    auto job = tiny_job();
    job.training.epochs = 4 / calls;
    job.training.checkpoint = "last";
    return run(scripted_method([&](UnlearnContext& context) {
                 Scripted::script = [](const Batch& batch, auto) {
                   return -per_sample(batch.forget(), nll).mean();
                 };
                 Scripted objective({});
                 TrainState state;
                 TrainOptions options;
                 options.schedule = 4;
                 if (with_state) options.state = &state;
                 for (int call = 0; call < calls; ++call) context.train(objective, options);
               }),
               job)
        .weights;
  };
  const auto once = train(1, true);
  CHECK(equal(train(2, true), once));
  CHECK(equal(train(4, true), once));
  CHECK_FALSE(equal(train(2, false), once));
}

// ---- rmu ----

TEST_CASE("rmu: hidden states of forget samples go to the vector, retain samples stay") {
  const auto distances = [](const NamedTensors& weights) {
    const auto model = tiny_model();
    NamedTensors first = model.weights, now = weights;
    Clip before(model.config, first), after(model.config, now);
    ClipModel original(before, model.tokenizer), changed(after, model.tokenizer);
    const auto forget = tiny_set(), retain = tiny_retain();
    const auto moved = [&](const Samples& set) {
      const auto rows = at::arange(set.size, at::kLong);
      return (changed.hidden(set, rows, "visual.0") - original.hidden(set, rows, "visual.0"))
          .square()
          .mean()
          .item<double>();
    };
    return std::pair(moved(forget), moved(retain));
  };
  auto job = with({{"coefficient", 20}, {"keep", 100}, {"layer", "visual.0"}});
  job.training.epochs = 30;
  job.training.learning_rate = 5e-3;
  job.training.checkpoint = "last";
  const auto out = run(method("rmu"), job);
  const auto [forget, retain] = distances(out.weights);
  CHECK(forget > 2 * retain);
  const auto& steps = out.trajectory.at("steps");
  CHECK(steps.back().at("objective").get<double>() < steps.front().at("objective").get<double>());
  CHECK(message_of<ConfigError>([&] {
          run(method("rmu"), with({{"layer", "visual.9"}}));
        })
            .starts_with("rmu: layer 'visual.9': the model has none of this name (it has visual.0 "
                         "to visual.0, text.0 to text.0)"));
}

// ---- ccup ----

at::Tensor embeddings(const NamedTensors& weights, const std::vector<std::string>& texts) {
  at::NoGradGuard no_grad;
  const auto model = tiny_model();
  Clip clip(model.config, weights);
  return ClipModel(clip, model.tokenizer).embed_texts(texts);
}

TEST_CASE("ccup: alpha 0 is the identity, bit for bit; alpha 1 leaves nothing along the names") {
  CHECK(equal(run(method("ccup"), with({{"alpha", 0}})).weights, tiny_model().weights));
  const auto out = run(method("ccup")).weights;
  std::vector<std::string> names;
  for (const auto* name : {"ant", "bee", "cat"})
    for (const auto& prompt : tiny_set().templates) names.push_back(fill_template(prompt, name));
  // Three forgotten names, the mean of three templates each.
  const auto directions = embeddings(tiny_model().weights, names).view({3, 3, -1}).mean(1);
  const auto others = embeddings(out, {"a dog.", "my elk!", "anything at all", "a ant."});
  CHECK(at::matmul(others, directions.t()).abs().max().item<double>() < 1e-5);
  for (const auto& [name, weight] : tiny_model().weights)
    if (name != "text_projection") CHECK(out.at(name).equal(weight));
}

TEST_CASE("ccup: with alpha 1 a second projection changes nothing") {
  auto model = tiny_model();
  const auto first = run(method("ccup")).weights;
  // The directions are those of the first model: what is projected out is not found again.
  const auto& w = first.at("text_projection");
  const auto names = embeddings(model.weights, {"a ant.", "my ant!", "one more ant"});
  const auto u = names.mean(0) / names.mean(0).norm();
  CHECK(at::matmul(w, u).abs().max().item<double>() < 1e-5);
}

// ---- pcgrad ----

TEST_CASE("pcgrad: a step's gradient is that of both sides of one batch") {
  auto job = tiny_job();
  job.training.epochs = 1;
  const auto out = run(method("pcgrad"), job);
  CHECK(largest_difference(out.weights, tiny_model().weights) > 1e-5);
  job.params = {{"keep", 0}};
  CHECK_FALSE(equal(out.weights, run(method("pcgrad"), job).weights));
}

// ---- LoRA ----

UnlearnJob lora_job(std::int64_t rank, std::vector<std::string> weights = {}) {
  auto job = tiny_job();
  job.training.lora_rank = rank;
  job.training.lora_weights = std::move(weights);
  job.training.learning_rate = 1e-2;
  job.training.checkpoint = "last";
  return job;
}

TEST_CASE("lora: every matrix changes by a matrix of that rank, nothing else changes") {
  const std::string id = GENERATE("ga", "npo", "task_vector", "pcgrad", "scrub");
  CAPTURE(id);
  const auto before = tiny_model().weights;
  const auto after = run(method(id), lora_job(2)).weights;
  for (const auto& [name, weight] : before) {
    CAPTURE(name);
    if (weight.dim() < 2) {
      CHECK(after.at(name).equal(weight));
      continue;
    }
    const auto change = (after.at(name) - weight).view({weight.size(0), -1});
    const auto values = at::linalg_svdvals(change);
    // Under a step in the other direction (task_vector) the rank stays.
    if (values.size(0) > 2)
      CHECK(values[2].item<double>() < 1e-4 * values[0].item<double>() + 1e-6);
  }
  CHECK_FALSE(equal(after, before));
}

TEST_CASE("lora: it starts from the model itself, on the matrices that are named") {
  const auto first_loss = [](const UnlearnJob& job) {
    return run(method("npo"), job).trajectory.at("steps")[0].at("loss").get<double>();
  };
  CHECK_THAT(first_loss(lora_job(4)), WithinAbs(first_loss(lora_job(0)), 1e-6));
  const auto after = run(method("ga"), lora_job(4, {"transformer.", "text_projection"})).weights;
  for (const auto& [name, weight] : tiny_model().weights) {
    CAPTURE(name);
    const bool named = name.starts_with("transformer.") || name == "text_projection";
    if (!named || weight.dim() < 2) CHECK(after.at(name).equal(weight));
  }
  CHECK_FALSE(after.at("text_projection").equal(tiny_model().weights.at("text_projection")));
  CHECK(message_of<ConfigError>([] {
          run(method("ga"), lora_job(4, {"tower.", "vision"}));
        }) ==
        "ga: training.lora_weights: no matrix of the model begins with tower. or vision "
        "(docs/models.md "
        "names them)");
}

TEST_CASE("lora: the same seed gives the same bytes, and keeps the epoch that the rule says") {
  auto job = lora_job(3);
  job.training.checkpoint = "train";
  const auto a = run(method("nhl"), job), b = run(method("nhl"), job);
  CHECK(equal(a.weights, b.weights));
  job.seed = 9;
  CHECK_FALSE(equal(a.weights, run(method("nhl"), job).weights));
}

}  // namespace
}  // namespace lacuna::testing
