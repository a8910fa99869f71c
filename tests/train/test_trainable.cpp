// Weights that a method keeps out of training keep their bytes.
#include "fixtures.hpp"
#include "lacuna/error.hpp"

namespace lacuna::testing {
namespace {

// Everything that could move a weight: decay, momentum, a large step.
UnlearnJob moving_job() {
  auto job = tiny_job();
  job.training.weight_decay = 0.5;
  job.training.learning_rate = 1e-2;
  job.training.checkpoint = "last";
  return job;
}

at::Tensor ascend(const Batch& batch, std::int64_t) { return -nll(fine_of(batch)).mean(); }

Unlearned train_with(const NamedTensors& trainable, const UnlearnJob& job = moving_job()) {
  return unlearn(tiny_model(), {tiny_set()}, scripted_method([&](UnlearnContext& context) {
                   Scripted::script = ascend;
                   Scripted objective({});
                   TrainOptions options;
                   options.trainable = trainable;
                   context.train(objective, options);
                 }),
                 job, {});
}

NamedTensors random_masks() {
  NamedTensors out;
  auto generator = make_generator(3, "mask");
  for (const auto& [name, weight] : tiny_model().weights)
    out[name] = at::rand(weight.sizes(), generator, at::kFloat).lt(0.3);
  return out;
}

// How many of the entries that `masks` marks (or does not) differ between the two models.
std::int64_t moved(const NamedTensors& a, const NamedTensors& b, const NamedTensors& masks,
                   bool marked) {
  std::int64_t count = 0;
  for (const auto& [name, mask] : masks)
    count += a.at(name)
                 .view(at::kInt)
                 .ne(b.at(name).view(at::kInt))
                 .logical_and(mask.eq(marked))
                 .sum()
                 .item<std::int64_t>();
  return count;
}

std::int64_t marked_in(const NamedTensors& masks) {
  std::int64_t count = 0;
  for (const auto& [name, mask] : masks) count += mask.sum().item<std::int64_t>();
  return count;
}

TEST_CASE("entries that do not train keep their bytes under gradient, momentum and decay") {
  const auto masks = random_masks();
  const auto out = train_with(masks);
  CHECK(moved(out.weights, tiny_model().weights, masks, false) == 0);
  CHECK(moved(out.weights, tiny_model().weights, masks, true) > marked_in(masks) * 9 / 10);
}

TEST_CASE("a mask of ones is no mask; weights without a mask train") {
  NamedTensors ones, none;
  for (const auto& [name, weight] : tiny_model().weights)
    ones[name] = at::ones(weight.sizes(), at::kBool);
  CHECK(equal(train_with(ones).weights, train_with({}).weights));
  const auto out = train_with({{"visual.proj", at::zeros_like(ones.at("visual.proj"))}}).weights;
  CHECK(out.at("visual.proj").equal(tiny_model().weights.at("visual.proj")));
  CHECK_FALSE(out.at("text_projection").equal(tiny_model().weights.at("text_projection")));
}

TEST_CASE("a mask that does not fit is refused") {
  const auto refused = [](const NamedTensors& trainable) {
    return message_of<Error>([&] { train_with(trainable); });
  };
  CHECK(refused({{"visual.prj", at::ones({1}, at::kBool)}}) ==
        "scripted: trainable: 'visual.prj' is no weight of the model");
  CHECK(refused({{"visual.proj", at::ones({1}, at::kBool)}}) ==
        "scripted: trainable: 'visual.proj' is not bool of its weight's shape");
  CHECK(refused({{"logit_scale", at::ones({})}}) ==
        "scripted: trainable: 'logit_scale' is not bool of its weight's shape");
}

// Which entries salun lets train: those of the largest gradients of the true labels.
NamedTensors salient(double fraction) {
  NamedTensors gradient;
  unlearn(tiny_model(), {tiny_set()}, scripted_method([&](UnlearnContext& context) {
            Scripted::script = ascend;
            Scripted objective({});
            gradient = context.gradient(objective);
          }),
          moving_job(), {});
  std::vector<at::Tensor> all;
  for (const auto& [name, value] : gradient) all.push_back(value.abs().flatten());
  const auto magnitudes = at::cat(all);
  const auto k = static_cast<std::int64_t>(fraction * static_cast<double>(magnitudes.numel()));
  const auto threshold = std::get<0>(magnitudes.sort(0, true))[k - 1].item<float>();
  NamedTensors out;
  for (const auto& [name, value] : gradient) out[name] = value.abs().ge(threshold);
  return out;
}

TEST_CASE("salun: masked weights are bit-identical; as released, decay moves them") {
  const auto masks = salient(0.1);
  auto job = moving_job();
  job.params = {{"fraction", 0.1}};
  const auto out = unlearn(tiny_model(), {tiny_set()}, method("salun"), job, {});
  CHECK(out.trajectory.at("log").at("salient_weights").at(0) == marked_in(masks));
  CHECK(moved(out.weights, tiny_model().weights, masks, false) == 0);
  CHECK(moved(out.weights, tiny_model().weights, masks, true) > marked_in(masks) * 9 / 10);

  job.params["mask_decay"] = false;
  const auto released = unlearn(tiny_model(), {tiny_set()}, method("salun"), job, {});
  CHECK(moved(released.weights, tiny_model().weights, masks, false) > 1000);
  job.training.weight_decay = 0;
  const auto plain = unlearn(tiny_model(), {tiny_set()}, method("salun"), job, {});
  CHECK(moved(plain.weights, tiny_model().weights, masks, false) == 0);
}

TEST_CASE("salun with all weights is relabel, with none the identity") {
  auto job = moving_job();
  job.params = {{"fraction", 1}};
  const auto all = unlearn(tiny_model(), {tiny_set()}, method("salun"), job, {});
  job.params = {};
  const auto relabel = unlearn(tiny_model(), {tiny_set()}, method("relabel"), job, {});
  CHECK(equal(all.weights, relabel.weights));
  job.params = {{"fraction", 0}};
  CHECK(equal(unlearn(tiny_model(), {tiny_set()}, method("salun"), job, {}).weights,
              tiny_model().weights));
}

}  // namespace
}  // namespace lacuna::testing
