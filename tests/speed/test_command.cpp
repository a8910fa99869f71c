// lacuna_speed as scripts/compare_speed.py runs it: its words, its JSON, its two files.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "bench/speed/flops.hpp"
#include "fixtures.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/weights/safetensors.hpp"
#include "plugin/registry.hpp"
#include "train/clip_batch.hpp"
#include "train/kl_terms.hpp"
#include "train/proxies.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::WithinRel;
using nlohmann::json;

namespace {

const Entry& plugin(Kind kind, const std::string& id) {
  static Registry registry;
  if (!registry.entries().contains({kind, id}))
    registry.load(std::string(LACUNA_PLUGIN_DIR) + "/" + id + ".so");
  return *registry.find(kind, id).entry;
}

// The loss of every step of the workload if no step changes the weights.
std::vector<double> losses_of(const Checkpoint& model, const Dataset& dataset,
                              const NamedTensors& work, const json& settings) {
  Clip clip(model.config, model.weights);
  Samples set{.size = work.at("fine").size(0),
              .images = work.at("pixels"),
              .taxonomy = dataset.taxonomy(),
              .templates = dataset.templates()};
  ask_to_forget(set, work.at("fine"));
  CHECK(set.keep.at(0).target.equal(work.at("coarse")));
  TrainingConfig training;
  training.teacher_prompts = "ensemble";
  const ClipSubject subject(clip, model.tokenizer, set, training);
  const auto nhl = plugin(Kind::method, "nhl").make_objective({{"margin", settings.at("margin")}});
  std::vector<double> out;
  const auto rows = work.at("train_rows").split(settings.at("train_batch").get<std::int64_t>());
  for (std::size_t step = 0; step < rows.size(); ++step) {
    const auto prompt = work.at("train_templates")[static_cast<std::int64_t>(step)];
    const ClipBatch batch(subject, rows[step], prompt.item<std::int64_t>());
    const KlConfig kl{settings.at("kl_coarse"), settings.at("kl_fine"), "numel"};
    const auto terms = kl_terms(batch, kl);
    out.push_back(
        (nhl->loss(batch, {}) + kl.coarse * terms.coarse + kl.fine * terms.fine).item<double>());
  }
  return out;
}

}  // namespace

TEST_CASE("what it measures is what a run computes, and the workload says what that was") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  const auto workload = folder / "workload.safetensors", outputs = folder / "outputs.safetensors";
  const auto finished = run_speed(
      folder.path(),
      "--dataset shapes --pictures 11 --eval-batch 4 --train-batch 5 --steps 3 --rounds 2 "
      "--learning-rate 0 --json --workload " +
          quote(workload.string()) + " --outputs " + quote(outputs.string()));
  INFO(finished.err);
  REQUIRE(finished.code == 0);
  const auto facts = json::parse(finished.out);
  const auto config = speed_config();
  CHECK(facts.at("flops").at("picture") == *speed::picture_flops(config));
  CHECK(facts.at("flops").at("prompt") == speed::prompt_flops(config, 77));
  CHECK(facts.at("device_peak_bytes").is_null());
  const std::int64_t templates = facts.at("templates"), fine = facts.at("fine_names");
  const std::int64_t coarse = facts.at("coarse_names");
  const auto& evaluation = facts.at("evaluation");
  const auto& training = facts.at("training");
  const double first = evaluation.at("seconds").at(0), second = evaluation.at("seconds").at(1);
  CHECK(evaluation.at("seconds").size() == 2);
  CHECK(evaluation.at("names_seconds").at(0).get<double>() < first);
  CHECK_THAT(evaluation.at("pictures_per_second").get<double>(),
             WithinRel(22 / (first + second), 1e-9));
  CHECK(evaluation.at("flops") > 11 * *speed::picture_flops(config));
  CHECK(evaluation.at("flops") < 11 * *speed::picture_flops(config) +
                                     templates * (fine + coarse) * speed::prompt_flops(config, 77));
  CHECK(training.at("seconds").size() == 2);
  CHECK(training.at("teacher_seconds").size() == 2);
  CHECK(training.at("steps_per_second") > 0);

  const auto model = load_checkpoint(folder / "model");
  const auto dataset = plugin(Kind::dataset, "shapes").make_dataset(json::object(), {});
  const auto computed = load_safetensors(outputs).tensors;
  const auto predicted =
      predict({model.config, model.weights}, model.tokenizer, *dataset, "test").outcome;
  CHECK(computed.at("fine_predicted").equal(predicted.at("fine/predicted").slice(0, 0, 11)));
  CHECK(computed.at("coarse_predicted").equal(predicted.at("coarse/predicted").slice(0, 0, 11)));
  CHECK(computed.at("fine_logits").sizes() == at::IntArrayRef({11, fine}));
  CHECK(computed.at("coarse_logits").sizes() == at::IntArrayRef({11, coarse}));
  CHECK(computed.at("image_features").sizes() == at::IntArrayRef({11, config.embedding}));

  const auto file = load_safetensors(workload);
  const auto& work = file.tensors;
  const auto settings = json::parse(file.metadata.at("settings"));
  CHECK(work.at("pixels").sizes() == at::IntArrayRef({11, 3, 16, 16}));
  CHECK(work.at("fine").equal(dataset->labels("test").slice(0, 0, 11)));
  CHECK(work.at("fine_tokens").sizes() == at::IntArrayRef({templates, fine, 77}));
  CHECK(work.at("coarse_tokens").sizes() == at::IntArrayRef({templates, coarse, 77}));
  const auto tokens =
      prompt_tokens(model.tokenizer, dataset->templates().at(1), dataset->taxonomy().coarse, 77);
  CHECK(work.at("coarse_tokens")[1].slice(1, 0, tokens.size(1)).equal(tokens));
  CHECK(work.at("coarse_tokens")[1].slice(1, tokens.size(1)).eq(0).all().item<bool>());
  const auto losses = losses_of(model, *dataset, work, settings);
  REQUIRE(training.at("losses").size() == losses.size());
  for (std::size_t step = 0; step < losses.size(); ++step)
    CHECK_THAT(training.at("losses").at(step).get<double>(), WithinRel(losses[step], 1e-6));
  CHECK(losses[0] != losses[1]);
}

TEST_CASE("without rounds it only writes the workload; in words without --json") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  const auto workload = folder / "workload.safetensors";
  const auto none =
      run_speed(folder.path(), "--pictures 3 --steps 1 --rounds 0 --json --workload " +
                                   quote(workload.string()) + " --outputs " +
                                   quote((folder / "outputs").string()));
  INFO(none.err);
  REQUIRE(none.code == 0);
  CHECK(std::filesystem::exists(workload));
  CHECK(!std::filesystem::exists(folder / "outputs"));
  const auto facts = json::parse(none.out);
  CHECK(facts.at("evaluation").at("seconds").empty());
  CHECK(facts.at("evaluation").at("pictures_per_second").is_null());

  CHECK(facts.at("fine_names") == 99);
  CHECK(facts.at("coarse_names") == 14);
  CHECK(facts.at("templates") == 80);

  const auto words = run_speed(folder.path(), "--pictures 3 --steps 0 --rounds 1");
  CHECK(words.code == 0);
  CHECK(words.out.ends_with(" pictures a second\n"));
}

TEST_CASE("bfloat16 computes nearly the same") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  const auto run = [&](const std::string& precision) {
    const auto outputs = folder / precision;
    const auto finished =
        run_speed(folder.path(),
                  "--dataset shapes --pictures 4 --train-batch 4 --steps 1 --rounds 1 --json "
                  "--precision " +
                      precision + " --outputs " + quote(outputs.string()));
    INFO(finished.err);
    REQUIRE(finished.code == 0);
    return std::pair(json::parse(finished.out).at("training").at("losses").at(0).get<double>(),
                     load_safetensors(outputs).tensors.at("image_features"));
  };
  const auto [loss, features] = run("float32");
  const auto [other_loss, others] = run("bfloat16");
  CHECK(others.scalar_type() == at::kFloat);
  CHECK(!others.equal(features));
  CHECK((others - features).abs().max().item<double>() < 0.05);
  CHECK(other_loss != loss);
  CHECK_THAT(other_loss, WithinRel(loss, 0.05));
  CHECK(run("tf32").second.equal(features));  // a CPU has none
}

TEST_CASE("what cannot be is a mistake in one line") {
  const TemporaryFolder folder;
  write_speed_fixtures(folder.path());
  const auto error = [&](const std::string& rest) {
    const auto finished = run_speed(folder.path(), rest);
    CHECK(finished.code == 2);
    CHECK(finished.out.empty());
    return finished.err;
  };
  CHECK(error("--pictures 100") == "error: imgnet_dogs: --pictures: 'test' has 99, not 100\n");
  CHECK(error("--dataset digits --pictures 2") ==
        "error: digits: --dataset: it has no coarse names, which the KL terms need (imgnet_dogs "
        "has)\n");
  CHECK(error("--precision half").starts_with("error: --precision: "));
  CHECK(error("--rounds -1").ends_with(" (see --help)\n"));
  CHECK(error("--device tpu") == "error: tpu: no such device (expected cpu, cuda or cuda:INDEX)\n");
}
