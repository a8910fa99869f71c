// The metric plugins: names, directions, what a board shows, several evaluations of a role, and
// laws.
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"
#include "lacuna/random.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

const Counts before = row(80, 90, 700, 600, 100, 1000);
const Counts after = row(70, 9, 650, 540, 100, 1000);

// Coarse labels of the first 40 (or of all 100) forget rows were to be forgotten as well.
const Counts hybrid_before{{90, 100}, {50, 60}, {600, 1000}, {700, 1000}, {30, 40}};
const Counts hybrid_after{{9, 100}, {40, 60}, {540, 1000}, {650, 1000}, {10, 40}};
const Counts coarse_before{{90, 100}, {}, {600, 1000}, {700, 1000}, {80, 100}};
const Counts coarse_after{{9, 100}, {}, {540, 1000}, {650, 1000}, {20, 100}};

Counts of_retain(std::int64_t correct, std::int64_t n) {
  return {{}, {}, {correct, n}, {correct, n}};
}

// Two zero-shot sets that lose a tenth and a half, and one out-of-domain evaluation.
std::vector<Evaluation> full_suite() {
  return {evaluation(before, after),
          evaluation(of_retain(50, 100), of_retain(45, 100), Role::zero_shot, "letters"),
          evaluation(of_retain(20, 40), of_retain(10, 40), Role::zero_shot, "digits"),
          evaluation(before, row(60, 45, 600, 500, 100, 1000), Role::out_of_domain, "sketches")};
}

std::vector<std::string> names(const std::vector<Value>& values, bool all = true) {
  std::vector<std::string> out;
  for (const auto& value : values)
    if (all || value.shown) out.push_back(value.name);
  return out;
}

using Names = std::vector<std::string>;

TEST_CASE("accuracy: values, direction, and the counts that they are stored as") {
  const auto values = compute("accuracy", full_suite());
  CHECK(names(values) == Names{"forget_coarse", "forget_fine", "retain_coarse", "retain_fine"});
  const auto forget = find(values, "forget_fine");
  CHECK(forget.value == 0.09);
  CHECK(forget.count == Count{9, 100});
  CHECK_FALSE(forget.higher_is_better);
  CHECK(find(values, "forget_coarse").higher_is_better);
  CHECK(find(values, "retain_fine").value == 0.54);
  CHECK(find(values, "retain_coarse").count == Count{650, 1000});
  for (const auto& value : values) {
    CAPTURE(value.name);
    CHECK(value.lower == 0);
    CHECK(value.upper == 1);
  }
}

TEST_CASE("accuracy: coarse labels that were to be forgotten are a value of their own") {
  const auto values = compute("accuracy", {evaluation(hybrid_before, hybrid_after)});
  CHECK(names(values) ==
        Names{"forget_coarse", "forgotten_coarse", "forget_fine", "retain_coarse", "retain_fine"});
  const auto gone = find(values, "forgotten_coarse"), kept = find(values, "forget_coarse");
  CHECK(gone.count == Count{10, 40});
  CHECK_FALSE(gone.higher_is_better);
  CHECK(gone.title == "coarse (forget)");
  CHECK(gone.help ==
        "Accuracy at coarse level on the images whose coarse label is to be forgotten, too");
  CHECK(kept.count == Count{40, 60});
  CHECK(kept.title == "coarse (keep)");
  CHECK(kept.help ==
        "Accuracy at coarse level on the forget images whose coarse label is to stay known");
  CHECK(kept.shown);
}

TEST_CASE("accuracy: where all coarse labels were to be forgotten, no column is for those kept") {
  const auto values = compute("accuracy", {evaluation(coarse_before, coarse_after)});
  CHECK(names(values, /*all=*/false) ==
        Names{"forgotten_coarse", "forget_fine", "retain_coarse", "retain_fine"});
  const auto kept = find(values, "forget_coarse");
  CHECK_FALSE(kept.value);
  CHECK(kept.reason == "forget coarse: no such picture or level in this evaluation");
}

TEST_CASE("accuracy: a data set without coarse names has undefined columns, with the reason") {
  const auto values = compute("accuracy", {flat(evaluation(before, after))});
  CHECK(names(values, /*all=*/false) ==
        Names{"forget_coarse", "forget_fine", "retain_coarse", "retain_fine"});
  const auto coarse = find(values, "retain_coarse");
  CHECK_FALSE(coarse.value);
  CHECK_FALSE(coarse.count);
  CHECK(coarse.per_sample.empty());
  CHECK(coarse.reason == "retain coarse: no such picture or level in this evaluation");
  CHECK(find(values, "retain_fine").value == 0.54);
}

TEST_CASE("zero-shot: mean accuracy, mean and worst relative drop, each set") {
  const auto values = compute("zero_shot", full_suite());
  CHECK(names(values) == Names{"zero_shot", "zero_shot/letters", "zero_shot/digits",
                               "zero_shot_worst_drop", "zero_shot_mean_drop"});
  CHECK_THAT(*find(values, "zero_shot").value, WithinAbs((0.45 + 0.25) / 2, 1e-12));
  CHECK_THAT(*find(values, "zero_shot_mean_drop").value, WithinAbs(0.3, 1e-12));
  CHECK_THAT(*find(values, "zero_shot_worst_drop").value, WithinAbs(0.5, 1e-12));
  CHECK_FALSE(find(values, "zero_shot_worst_drop").higher_is_better);
  CHECK(find(values, "zero_shot/letters").value == 0.45);
  CHECK(find(values, "zero_shot/digits").count == Count{10, 40});
}

TEST_CASE("zero-shot: a set the original model fails on leaves the drops undefined, by name") {
  auto all = full_suite();
  all[2] = evaluation(of_retain(0, 40), of_retain(10, 40), Role::zero_shot, "digits");
  const auto values = compute("zero_shot", all);
  CHECK_FALSE(find(values, "zero_shot_worst_drop").value);
  CHECK(find(values, "zero_shot_worst_drop").reason ==
        "digits: the original model gets none right");
  CHECK(find(values, "zero_shot_mean_drop").reason == "digits: the original model gets none right");
  CHECK(find(values, "zero_shot").value);
}

TEST_CASE("zero-shot: where every set gains more than it had, the worst drop is the least gain") {
  const std::vector<Evaluation> gained{
      evaluation(of_retain(10, 100), of_retain(40, 100), Role::zero_shot, "letters"),
      evaluation(of_retain(10, 40), of_retain(25, 40), Role::zero_shot, "digits")};
  const auto values = compute("zero_shot", gained);
  CHECK_THAT(*find(values, "zero_shot_worst_drop").value, WithinAbs(-1.5, 1e-12));
  CHECK_THAT(*find(values, "zero_shot_mean_drop").value, WithinAbs(-2.25, 1e-12));
}

TEST_CASE("zero-shot: nine sets that are all right, and all wrong after, are 1 and not more") {
  std::vector<Evaluation> right, lost;
  for (int i = 0; i < 9; ++i) {
    const auto id = "set" + std::to_string(i);
    right.push_back(evaluation(of_retain(40, 40), of_retain(40, 40), Role::zero_shot, id));
    lost.push_back(evaluation(of_retain(40, 40), of_retain(0, 40), Role::zero_shot, id));
  }
  CHECK(value_of("zero_shot", right, "zero_shot").value == 1);
  CHECK(value_of("zero_shot", lost, "zero_shot_mean_drop").value == 1);
}

TEST_CASE("out of domain: Q, U, Q-U there, and the gaps to the own domain") {
  const auto values = compute("out_of_domain", full_suite());
  const double u = (0.75 + 600. / 700 + 500. / 600) / 3, q_u = u / (0.5 + u);
  CHECK_THAT(*find(values, "sketches/quality").value, WithinAbs(0.5, 1e-12));
  CHECK_THAT(*find(values, "sketches/utility").value, WithinAbs(u, 1e-12));
  CHECK_THAT(*find(values, "sketches/q_u").value, WithinAbs(q_u, 1e-12));
  CHECK_THAT(*find(values, "sketches/quality_gap").value, WithinAbs(0.9 - 0.5, 1e-12));
  CHECK_THAT(*find(values, "sketches/q_u_gap").value,
             WithinAbs(*value_of("q_u", full_suite(), "q_u").value - q_u, 1e-12));
  CHECK_FALSE(find(values, "sketches/quality_gap").higher_is_better);
}

TEST_CASE("out of domain: without a matched forget class, undefined with the reason") {
  auto all = full_suite();
  for (auto& asked : all[3].asked) asked.forget.zero_();
  for (const char* name : {"quality", "utility", "q_u", "quality_gap", "q_u_gap"}) {
    const auto value = value_of("out_of_domain", all, std::string("sketches/") + name);
    CAPTURE(name);
    CHECK_FALSE(value.value);
    CHECK(value.reason.find("no such picture") != std::string::npos);
  }
}

TEST_CASE("out of domain: without an in-domain evaluation only the gaps are undefined") {
  const std::vector<Evaluation> all{full_suite()[3]};
  CHECK(value_of("out_of_domain", all, "sketches/q_u").value);
  CHECK(value_of("out_of_domain", all, "sketches/quality_gap").reason == "no in-domain evaluation");
  CHECK(value_of("out_of_domain", all, "sketches/q_u_gap").reason == "no in-domain evaluation");
}

TEST_CASE("a suite without the evaluation a metric needs gets one undefined value, no column") {
  const std::string id = GENERATE(from_range(shipped));
  const auto values = compute(id, {});
  CAPTURE(id);
  REQUIRE(values.size() == 1);
  CHECK_FALSE(values[0].value);
  CHECK_FALSE(values[0].shown);
  CHECK(values[0].reason.starts_with("no "));
}

TEST_CASE("several evaluations of a role are told apart by their ids") {
  auto all = full_suite();
  all.push_back(evaluation(before, before, Role::in_domain, "validation"));
  CHECK(value_of("q_u", all, "in_domain/q_u").value);
  CHECK(value_of("q_u", all, "in_domain/q_u").group == "in_domain: Scores");
  CHECK(value_of("q_u", all, "validation/q_u").value == 0);
  CHECK(value_of("accuracy", all, "validation/forget_fine").value == 0.9);
  CHECK(value_of("accuracy", all, "validation/forget_fine").group == "validation: Forget set");
  all.push_back(evaluation(before, before, Role::out_of_domain, "photos"));
  CHECK(value_of("out_of_domain", all, "photos/q_u_gap").group == "Gap: photos");
}

// name | table | group | title | shown | help
TEST_CASE("what a board shows of the shipped metrics") {
  std::string words;
  for (const char* id : shipped)
    for (const auto& value : compute(id, full_suite()))
      words += value.name + " | " + value.table + " | " + value.group + " | " + value.title +
               (value.shown ? "" : " | hidden") + "\n  " + value.help + "\n";
  CHECK(words == R"(forget_coarse |  | Forget set | coarse
  Accuracy on the forget images at coarse level: the parent concept should stay known
forget_fine |  | Forget set | fine
  Accuracy on the forget images at fine level: this is what should be forgotten
retain_coarse |  | Retain set | coarse
  Accuracy on all other images at coarse level
retain_fine |  | Retain set | fine
  Accuracy on all other images at fine level
quality |  | Scores | Quality
  Share of the forget accuracy that is gone: 1 − a/a₀
utility |  | Scores | Utility
  What is kept: mean of min(1, a/a₀) over forget coarse, retain coarse, retain fine
utility_unclipped |  | Scores | Utility, unclipped | hidden
  Mean of a/a₀ over forget coarse, retain coarse, retain fine
q_u |  | Scores | Q-U
  Harmonic mean of Quality and Utility
zero_shot |  |  | Zero-shot
  Mean fine accuracy over the zero-shot suites, which share no concept with the request
zero_shot/letters | Zero-shot | Suites | letters
  
zero_shot/digits | Zero-shot | Suites | digits
  
zero_shot_worst_drop | Zero-shot | All | Worst drop
  Largest relative loss against the original model over the suites
zero_shot_mean_drop | Zero-shot | All | Mean drop | hidden
  Mean relative loss against the original model over the suites
sketches/quality | Out of domain | Out of domain: sketches | Quality
  
sketches/utility | Out of domain | Out of domain: sketches | Utility
  
sketches/q_u | Out of domain | Out of domain: sketches | Q-U
  
sketches/quality_gap | Out of domain | Gap (in − out) | Quality
  In-domain minus out-of-domain, percentage points
sketches/q_u_gap | Out of domain | Gap (in − out) | Q-U
  In-domain minus out-of-domain, percentage points
)");
}

TEST_CASE("the shipped metrics name the roles and columns that they read") {
  for (const std::string id : shipped) {
    CAPTURE(id);
    const auto& info = registry().find(Kind::metric, id).entry->info;
    CHECK(info.columns == Names{"fine/predicted"});
    Names roles;
    for (const auto role : info.reads) roles.push_back(to_string(role));
    CHECK(roles == (id == "zero_shot"       ? Names{"zero_shot"}
                    : id == "out_of_domain" ? Names{"in_domain", "out_of_domain"}
                                            : Names{"in_domain"}));
  }
}

TEST_CASE("metrics do not care about the order of the samples") {
  const std::string id = GENERATE(from_range(shipped));
  auto all = full_suite();
  const auto plain = compute(id, all);
  for (auto& one : all)
    one =
        rows(one, at::randperm(one.asked[0].target.numel(), make_generator(3, one.id), at::kLong));
  const auto shuffled = compute(id, all);
  REQUIRE(plain.size() == shuffled.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    CAPTURE(plain[i].name);
    CHECK(plain[i].value == shuffled[i].value);
  }
}

TEST_CASE("metrics do not care about the numbering of the classes") {
  const std::string id = GENERATE("forgetting_quality", "utility", "q_u", "out_of_domain");
  auto all = full_suite();
  const auto plain = compute(id, all);
  const auto fine = at::tensor({2, 0, 3, 1}, at::kLong), coarse = at::tensor({1, 0}, at::kLong);
  for (auto& one : all) {
    for (auto& asked : one.asked) {
      const auto& number = asked.question == "fine" ? fine : coarse;
      asked.target = number.index_select(0, asked.target);
      for (auto* outcome : {&one.before, &one.after}) {
        auto& predicted = outcome->columns.at(asked.question + "/predicted");
        predicted = number.index_select(0, predicted);
      }
    }
  }
  const auto renumbered = compute(id, all);
  for (std::size_t i = 0; i < plain.size(); ++i) CHECK(plain[i].value == renumbered[i].value);
}

TEST_CASE("bounds hold for every defined value") {
  for (const char* id : shipped) {
    for (const auto& value : compute(id, full_suite())) {
      CAPTURE(value.name);
      REQUIRE(value.value);
      if (value.lower) CHECK(*value.value >= *value.lower);
      if (value.upper) CHECK(*value.value <= *value.upper);
    }
  }
}

}  // namespace
}  // namespace lacuna::testing
