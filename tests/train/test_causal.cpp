// The same plugin binaries on CLIP and on a causal language model.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "fixtures.hpp"
#include "toy_causal.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

// Answers of one to four tokens; the passages share tokens, not transitions.
const Passages kForget{{0, 1, 2}, {3, 4}, {5, 6, 7, 8, 9}}, kRetain{{2, 0, 10}, {4, 11, 3}, {9, 5}};

at::Tensor all(const Samples& samples) { return at::arange(samples.size, at::kLong); }

double nll_of(ToySubject& subject, bool forget) {
  at::NoGradGuard no_grad;
  const auto& samples = forget ? subject.forget() : subject.retain();
  const BatchRows rows(all(samples));
  const auto batch =
      subject.batch(forget ? rows : BatchRows{}, forget ? BatchRows{} : rows, 0, false);
  return per_sample(forget ? batch->forget() : batch->keep(), nll).mean().item<double>();
}

UnlearnJob causal_job() {
  auto job = tiny_job();
  job.training.learning_rate = 2e-2;
  job.training.epochs = 6;
  job.training.batch_size = 2;
  return job;
}

TEST_CASE("ga, npo and nhl unlearn a causal model and CLIP from the same binaries") {
  const std::string id = GENERATE("ga", "npo", "nhl");
  CAPTURE(id);
  const auto& entry = method(id);  // loaded once a process

  ToySubject subject(ToySubject::initial_weights(), kForget, {});
  const auto before = nll_of(subject, true);
  const auto causal = unlearn(subject, entry, causal_job(), {});
  CHECK(nll_of(subject, true) > before);
  CHECK(causal.trajectory.at("steps").size() == 12);
  CHECK(causal.weights.contains("head"));

  const auto clip = unlearn(tiny_model(), {tiny_set()}, entry, tiny_job(), {});
  CHECK(clip.weights.contains("visual.proj"));
  CHECK(clip.trajectory.at("steps").size() == 9);
}

TEST_CASE("a causal model: what is kept stays near, what is forgotten goes") {
  const bool with_kl = GENERATE(false, true);
  const std::string id = with_kl ? "ga" : "gdiff";
  CAPTURE(id);
  auto job = causal_job();
  job.kl.fine = with_kl ? 10 : 0;  // enough to be seen over the noise of so small a model
  const auto moved = [&](const std::string& name, const UnlearnJob& with) {
    ToySubject subject(ToySubject::initial_weights(), kForget, kRetain);
    const auto forgotten = nll_of(subject, true), kept = nll_of(subject, false);
    unlearn(subject, method(name), with, {});
    return std::pair(nll_of(subject, true) - forgotten, nll_of(subject, false) - kept);
  };
  const auto plain = moved("ga", causal_job()), kept = moved(id, job);
  CHECK(kept.first > 0);
  CHECK(kept.second < plain.second);
}

TEST_CASE("npo on answers: one sigmoid of the whole answer's log ratio; nhl: the mean of hinges") {
  ToySubject subject(ToySubject::initial_weights(), kForget, {});
  {
    at::NoGradGuard no_grad;
    subject.model().weights().at("head").mul_(1.3);
  }
  const auto batch = subject.batch(BatchRows(all(subject.forget())), {}, 0, false);
  const auto& answer = *batch->forget().questions.front();
  const auto logits = answer.student(), own_nll = nll(answer), teacher = answer.teacher_nll();
  double npo = 0, nhl = 0;
  for (std::int64_t i = 0, row = 0; i < 3; ++i) {
    const auto tokens = std::ssize(kForget[static_cast<std::size_t>(i)]) - 1;
    double ratio = 0, hinges = 0;
    for (std::int64_t t = 0; t < tokens; ++t, ++row) {
      ratio += (own_nll[row] - teacher[row]).item<double>();
      const auto target = answer.target()[row].item<std::int64_t>();
      double rival = -1e9;
      for (std::int64_t c = 0; c < ToySubject::kVocabulary; ++c)
        if (c != target) rival = std::max(rival, logits[row][c].item<double>());
      hinges += std::max(0.0, 2 + logits[row][target].item<double>() - rival);
    }
    npo += 2 / 0.5 * std::log1p(std::exp(-0.5 * ratio)) / 3;
    nhl += hinges / static_cast<double>(tokens) / 3;
  }
  const auto value = [&](const char* id) {
    return method(id).make_objective({})->loss(*batch, {}).item<double>();
  };
  CHECK_THAT(value("npo"), WithinAbs(npo, 1e-4));
  CHECK_THAT(value("nhl"), WithinAbs(nhl, 1e-4));
}

}  // namespace
}  // namespace lacuna::testing
