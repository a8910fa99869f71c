#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <set>
#include <variant>

#include "helpers.hpp"
#include "run/jobs/cell_names.hpp"
#include "run/plan/plan.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

Plan plan_of(const std::filesystem::path& folder, const json& suite, const DataRoots& roots = {}) {
  return lacuna::testing::plan_of(write_suite(folder, suite), roots);
}

// As it arrives from the process that planned it.
Plan sent(const Plan& plan) {
  const TemporaryFolder folder;
  write_plan(plan, folder / "plan");
  return read_plan(folder / "plan");
}

template <class Spec>
const Spec& spec_of(const Plan& plan, const std::string& key) {
  return std::get<Spec>(plan.jobs.at(key).spec);
}
const UnlearnSpec& unlearn_of(const Plan& plan, std::size_t cell) {
  return spec_of<UnlearnSpec>(plan, plan.cells.at(cell).key);
}

std::string complaint(const json& suite) {
  const TemporaryFolder folder;
  try {
    plan_of(folder.path(), suite);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    const auto front = (folder / "suite.json").string() + ": ";
    REQUIRE(text.starts_with(front));
    return text.substr(front.size());
  }
  return "";
}

json with(const std::string& pointer, const json& value) {
  auto suite = tiny_suite();
  suite[json::json_pointer(pointer)] = value;
  return suite;
}

std::set<std::string> keys(const Plan& plan) {
  std::set<std::string> out;
  for (const auto& cell : plan.cells) out.insert(cell.key);
  return out;
}

}  // namespace

TEST_CASE("A plan is the cross product, originals first") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["seeds"] = {1, 2};
  suite["methods"][0]["grid"] = {{"weight", {1, 2}}, {"training.epochs", {1, 2}}};
  const auto plan = plan_of(folder.path(), suite);
  REQUIRE(plan.cells.size() == 1 + 2 * (4 + 1 + 1));
  CHECK(keys(plan).size() == plan.cells.size());
  CHECK(plan.cells[0].is_original());
  CHECK(plan.cells[1].label == "push epochs=1, weight=1");
  CHECK(plan.cells[4].label == "push epochs=2, weight=2");
  CHECK(plan.cells[5].label == "push+kl");
  std::set<std::string> sets;
  for (std::size_t i = 1; i < plan.cells.size(); ++i) {
    const auto& cell = plan.cells[i];
    CHECK(cell.original == plan.cells[0].key);
    CHECK(cell.key == job_key(unlearn_of(plan, i)));
    CHECK(cell.status.empty());
    CHECK(cell.predict.size() == 3);
    CHECK(cell.score.size() == 1);
    sets.insert(unlearn_of(plan, i).set);
    CHECK(plan.jobs.at(cell.key).needs == std::vector{unlearn_of(plan, i).set});
  }
  CHECK(sets.size() == 2);  // one a seed
  const auto& spec = unlearn_of(plan, 4);
  CHECK((spec.request.concepts == std::vector<std::string>{"red", "blue"}));
  CHECK((spec.method.params == json{{"weight", 2.0}}));
  CHECK(spec.training.at("epochs") == 2);
  CHECK(spec.training.at("batch_size") == 4);
  CHECK(spec.training.contains("weight_decay"));
  CHECK((plan.cells[0].matching.at("shop") ==
         json::parse(R"({"matched": ["Red Paint", "dark red wine"], "unmatched": ["blue"]})")));
}

TEST_CASE("A plan survives the way between processes") {
  const TemporaryFolder folder;
  const auto plan = plan_of(folder.path(), tiny_suite());
  const auto there = sent(plan);
  CHECK(published(there) == published(plan));
  CHECK(there.warnings == plan.warnings);
  REQUIRE(there.jobs.size() == plan.jobs.size());
  for (const auto& [key, job] : there.jobs)
    CHECK(key == std::visit([](const auto& spec) { return job_key(spec); }, job.spec));
  for (const auto& [key, job] : plan.jobs) {
    CHECK(there.jobs.at(key).spec_json(Fields::all) == job.spec_json(Fields::all));
    CHECK(there.jobs.at(key).needs == job.needs);
  }
  for (const auto* text : {"", "{}\n", "[", "{\"published\": 1}\n"}) {
    std::ofstream(folder / "plan") << text;
    CHECK_THROWS_AS(read_plan(folder / "plan"), ConfigError);
  }
  CHECK_THROWS_AS(read_plan(folder / "none"), ConfigError);
}

TEST_CASE("A suite's parts are splits, in the keys of what reads them, and hide the whole") {
  const TemporaryFolder folder;
  const auto plain = plan_of(folder.path(), tiny_suite());
  auto suite = tiny_suite();
  suite["parts"] = {{"tiny", {{"train", {{"proxies", 3}, {"validation", 1}}}}}};
  CHECK_THAT(complaint(suite), ContainsSubstring("'train': no such split (known: "));
  suite["requests"][0]["split"] = "proxies";
  suite["requests"][0]["samples_per_concept"] = 1;
  const auto plan = plan_of(folder.path(), suite);
  const auto& data = unlearn_of(plan, 1).request.dataset;
  CHECK(data.parts == suite["parts"]["tiny"]);
  CHECK(unlearn_of(plain, 1).request.dataset.parts.is_null());
  CHECK(data.manifest == unlearn_of(plain, 1).request.dataset.manifest);
  CHECK(plan.cells[1].key != plain.cells[1].key);

  suite["parts"]["tiny"]["train"]["test"] = 1;
  CHECK_THAT(complaint(suite), ContainsSubstring("parts.train: 'test' is a split already"));
  CHECK(complaint(with("/parts", {{"shapes", {{"train", {{"a", 1}, {"b", 1}}}}}})) ==
        "parts.shapes: the suite uses no such data set");
}

TEST_CASE("A plan says whose work it uses, in no key") {
  const TemporaryFolder folder;
  const auto plan = plan_of(folder.path(), tiny_suite());
  std::vector<std::string> all;
  for (const auto& credit : plan.credits) all.push_back(credit.kind + " " + credit.id);
  CHECK(all ==
        std::vector<std::string>{"method push", "method spy", "dataset tiny", "metric agreement"});
  const auto stored = published(plan).at("credits");
  REQUIRE(stored.size() == 4);
  CHECK(stored[0].at("version") == plan.credits[0].version);
  CHECK(stored[0].at("license") == "Apache-2.0");
  auto other = plan;
  other.credits[0].citation = "Somebody et al.";
  CHECK(sent(other).credits[0].citation == "Somebody et al.");
  CHECK(keys(other) == keys(plan));
}

TEST_CASE("The published plan names no file of this machine") {
  const TemporaryFolder folder;
  const auto text = published(plan_of(folder.path(), tiny_suite())).dump();
  CHECK_THAT(text, !ContainsSubstring(folder.path().string()));
  CHECK_THAT(text, !ContainsSubstring(".so"));
  CHECK_THAT(text, ContainsSubstring("\"label\":\"push+kl\""));
}

TEST_CASE("A key moves with what can move a number of its job, and with nothing else") {
  const TemporaryFolder folder;
  const auto before = plan_of(folder.path(), tiny_suite());
  auto suite = tiny_suite();
  suite["title"] = "Other words";
  suite["methods"][0]["label"] = "Other words too";
  suite["evaluations"][0]["title"] = "And these";
  const auto jobs = [](const Plan& plan) {
    std::set<std::string> out;
    for (const auto& [key, job] : plan.jobs) out.insert(key);
    return out;
  };
  CHECK(jobs(plan_of(folder.path(), suite)) == jobs(before));

  using Change = std::pair<const char*, json>;
  const auto [pointer, value] = GENERATE(values<Change>({
      {"/training/learning_rate", 2e-3},
      {"/requests/0/samples_per_concept", 2},
      {"/requests/0/forget", {"blue", "red"}},
      {"/requests/0/dataset/params", {{"per_class", 5}}},
      {"/seeds", {7}},
  }));
  const auto after = plan_of(folder.path(), with(pointer, value));
  REQUIRE(after.cells.size() == before.cells.size());
  for (std::size_t i = 1; i < before.cells.size(); ++i) {
    CHECK(before.cells[i].key != after.cells[i].key);
    for (const auto& [id, key] : before.cells[i].predict)
      CHECK(after.cells[i].predict.at(id) != key);
  }
}

TEST_CASE("An evaluation, a precision or a metric more is jobs more, and moves no other") {
  const TemporaryFolder folder;
  const auto before = plan_of(folder.path(), tiny_suite());
  const auto added = [&](const json& suite) {
    std::map<std::string, int> out;
    for (const auto& [key, job] : plan_of(folder.path(), suite).jobs)
      out[to_string(job.step())] += !before.jobs.contains(key);
    return out;
  };
  const int cells = 4;
  auto suite = tiny_suite();
  auto another = suite["evaluations"][1];
  another["id"] = "others_again";
  another["split"] = "train";
  suite["evaluations"].push_back(another);
  // The fixture's metric reads every role, so it is computed anew.
  const std::map<std::string, int> predicted{
      {"set", 0}, {"unlearn", 0}, {"predict", cells}, {"score", cells}};
  const std::map<std::string, int> scored{
      {"set", 0}, {"unlearn", 0}, {"predict", 0}, {"score", cells}};
  CHECK(added(suite) == predicted);
  suite = tiny_suite();
  suite["evaluations"][1]["precision"] = "bfloat16";
  CHECK(added(suite) == predicted);
  suite = tiny_suite();
  suite["metrics"] = {{{"id", "agreement"}, {"params", {{"scale", 2}}}}};
  CHECK(added(suite) == scored);
  suite = tiny_suite();
  suite["evaluations"].erase(1);
  CHECK(added(suite) == scored);
}

TEST_CASE("Files that a method's parameters name move its key by their bytes") {
  const TemporaryFolder folder;
  const auto file = folder / "weights.bin", inner = folder / "parts/one.bin";
  struct Found {
    std::string key;
    std::map<std::string, std::string> contents;
  };
  const auto cell_with = [&](const std::string& value) {
    const auto plan = plan_of(
        folder.path(), with("/methods", {{{"id", "closed_form"}, {"params", {{"file", value}}}}}));
    return Found{plan.cells.at(1).key, unlearn_of(plan, 1).method.contents};
  };
  write_file_atomically(file, "first");
  write_file_atomically(inner, "first");
  const auto before = cell_with(file.string()), of_folder = cell_with((folder / "parts").string());
  CHECK((before.contents == std::map<std::string, std::string>{{"file", sha256("first")}}));
  CHECK(of_folder.contents.contains("file"));
  write_file_atomically(file, "other");  // as long as before
  write_file_atomically(inner, "other");
  CHECK(cell_with(file.string()).key != before.key);
  CHECK(cell_with((folder / "parts").string()).key != of_folder.key);
  write_file_atomically(file, "first");
  CHECK(cell_with(file.string()).key == before.key);
  // Words that name no file are words.
  for (const auto* words : {"", "exclude", "no/such.file"})
    CHECK(cell_with(words).contents.empty());
}

TEST_CASE("Concepts may be given by name, coarse ones too") {
  const TemporaryFolder folder;
  const auto plan = plan_of(folder.path(), with("/requests/0/forget", {"navy", "warm"}));
  CHECK((unlearn_of(plan, 1).request.concepts == std::vector<std::string>{"navy", "red", "pink"}));
}

TEST_CASE("A request's own training and evaluations move its cells and no other's") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  const auto before = plan_of(folder.path(), suite);
  suite["requests"].push_back(suite["requests"][0]);
  suite["requests"][1]["id"] = "second";
  suite["requests"][1]["training"] = {{"epochs", 5}, {"batch_size", 2}};
  suite["requests"][1]["evaluations"] = {"in_domain"};
  suite["methods"][0]["training"] = {{"batch_size", 3}};
  suite["methods"][0]["requests"] = {"second"};
  suite["methods"][1]["label"] = "first";
  suite["methods"][1]["requests"] = {"difficult"};
  suite["methods"][2]["label"] = "push";  // as methods[0], on another request
  suite["methods"][2]["requests"] = {"difficult"};
  const auto plan = plan_of(folder.path(), suite);
  REQUIRE(plan.cells.size() == 2 + 3);
  const auto known = keys(before);
  // One original: what is evaluated on it is jobs of their own.
  CHECK(known.contains(plan.cells[0].key));
  CHECK(plan.cells[1].key == plan.cells[0].key);
  CHECK(plan.cells[1].predict.at("in_domain") == plan.cells[0].predict.at("in_domain"));
  CHECK(plan.cells[2].request == "difficult");
  CHECK(plan.cells[2].key == before.cells[2].key);
  CHECK(plan.cells[3].key == before.cells[3].key);
  CHECK(plan.cells[3].label == "push");
  CHECK(plan.cells[4].label == "push");
  CHECK(unlearn_of(plan, 4).training.at("epochs") == 5);
  CHECK(unlearn_of(plan, 4).training.at("batch_size") == 3);  // the method's own wins
  CHECK(plan.cells[4].predict.size() == 1);
  const auto stored = published(plan);
  CHECK_FALSE(stored.at("originals").at(0).contains("evaluations"));
  CHECK((stored.at("originals").at(1).at("evaluations") == json{"in_domain"}));
  CHECK_FALSE(stored.contains("published"));

  CHECK(complaint(with("/requests/0/training", {{"epohcs", 5}})) ==
        "requests[0].training: epohcs: unknown parameter (did you mean 'epochs')");
  suite["methods"][0]["requests"] = {"difficult"};
  CHECK(complaint(suite) ==
        "requests[1]: no method runs on 'second' (name it in a method's "
        "'requests')");
}

TEST_CASE("A plan carries published tables whole, mapped to what the suite calls things") {
  const TemporaryFolder folder;
  auto table = read_json(LACUNA_SOURCE_DIR "/results/published/kt_table3.json");
  write_json(folder / "table.json", table);
  auto suite = tiny_suite();
  suite["published"] = {"table.json"};
  suite["methods"][0]["label"] = "NHL+KL";
  const auto plan = plan_of(folder.path(), suite);
  CHECK(keys(plan) == keys(plan_of(folder.path(), tiny_suite())));
  REQUIRE(plan.published.size() == 1);
  CHECK(plan.published[0].at("file") == "table.json");
  CHECK(plan.published[0].at("content") == table);
  CHECK((plan.published[0].at("requests") == json{{"difficult", "difficult"}}));
  CHECK((plan.published[0].at("labels") == json{{"NHL+KL", "NHL+KL"}}));
  CHECK(published(plan).at("published") == plan.published);
  CHECK(sent(plan).published == plan.published);

  suite["published"] = {{{"file", "table.json"},
                         {"requests", {{"difficult", "medium"}}},
                         {"labels", {{"spy", "NHL+KL"}}}}};
  suite["methods"][0]["label"] = "push";
  const auto mapped = plan_of(folder.path(), suite).published[0];
  CHECK((mapped.at("requests") == json{{"difficult", "medium"}}));
  CHECK((mapped.at("labels") == json{{"spy", "NHL+KL"}}));

  const auto mistake = [&](const json& use) {
    suite["published"] = {use};
    try {
      plan_of(folder.path(), suite);
    } catch (const ConfigError& error) {
      return std::string(error.what()).substr((folder / "suite.json").string().size() + 2);
    }
    return std::string();
  };
  CHECK(mistake({{"file", "table.json"}, {"requests", {{"dificult", "medium"}}}}) ==
        "published[0]: requests: 'dificult': no such request (did you mean 'difficult')");
  CHECK(mistake({{"file", "table.json"}, {"requests", {{"difficult", "hard"}}}}) ==
        "published[0]: requests.difficult: 'hard': the table has no such request");
  CHECK(mistake({{"file", "table.json"}, {"labels", {{"pusch", "NHL+KL"}}}}) ==
        "published[0]: labels: 'pusch': no such label (did you mean 'push')");
  CHECK(mistake({{"file", "table.json"}, {"labels", {{"push", "NHL-KL"}}}}) ==
        "published[0]: labels.push: 'NHL-KL': the table has no such row (did you mean 'NHL+KL')");
  CHECK_THAT(mistake("none.json"), ContainsSubstring("published[0]: "));
  table["boards"].erase(0);
  write_json(folder / "table.json", table);
  CHECK(mistake("table.json") ==
        "published[0]: none of its requests (medium, easy) is one of the "
        "suite (name them under 'requests')");
}

TEST_CASE("Mistakes that only the plugins know are one clear line with their place") {
  CHECK(complaint(with("/requests/0/forget", "dificult")) ==
        "requests[0].forget: 'dificult': no such forget split (known: difficult, easy; or a list "
        "of class names) "
        "(did you mean 'difficult')");
  CHECK_THAT(complaint(with("/requests/0/forget", {"redd"})),
             ContainsSubstring("requests[0].forget: "));
  CHECK_THAT(complaint(with("/requests/0/forget", {"redd"})),
             ContainsSubstring("did you mean 'red'"));
  CHECK(complaint(with("/requests/0/split", "dev")) ==
        "requests[0].split: 'dev': no such split (known: train, test)");
  CHECK(complaint(with("/evaluations/2/split", "dev")) ==
        "evaluations[2].split: 'dev': no such split (known: train, test)");
  CHECK_THAT(complaint(with("/evaluations/0/dataset/params", {{"style", "shop"}})),
             ContainsSubstring("evaluations[0].dataset: "));
  CHECK_THAT(complaint(with("/methods/0/id", "puhs")),
             ContainsSubstring("methods[0].id: 'puhs': no such method"));
  CHECK_THAT(complaint(with("/methods/0/params", {{"wieght", 1}})),
             ContainsSubstring(
                 "methods[0].params: push: wieght: unknown parameter (did you mean 'weight')"));
  CHECK_THAT(complaint(with("/methods/0/kl", {{"fine", -1}})),
             ContainsSubstring("methods[0].kl: fine: -1 is too small (at least 0)"));
  CHECK_THAT(complaint(with("/methods/0/training", {{"epochs", 0}})),
             ContainsSubstring("methods[0].training: epochs: 0 is too small (at least 1)"));
  CHECK_THAT(complaint(with("/training", {{"epoch", 1}})),
             ContainsSubstring("training: epoch: unknown parameter (did you mean 'epochs')"));
  CHECK_THAT(complaint(with("/methods/0/preset", "referenc")),
             ContainsSubstring("methods[0].preset: 'referenc': no such preset"));
  CHECK(
      complaint(with("/methods/0/grid", {{"opt.lr", {1}}})) ==
      "methods[0].grid: 'opt.lr' is not a parameter (write 'name', 'kl.name' or 'training.name')");
  CHECK(complaint(with("/methods/2/label", "push")) ==
        "methods[2]: label 'push' is already in use (labels are unique)");
  CHECK_THAT(complaint(with("/metrics", {"agrement"})),
             ContainsSubstring("metrics[0]: 'agrement': no such metric"));
  CHECK_THAT(complaint(with("/model", "modle")), ContainsSubstring("model: "));
  CHECK_THAT(complaint(with("/model", {"model", "model"})),
             ContainsSubstring("two models are named 'model'"));
}

TEST_CASE("The preset sets what the suite does not") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"][1]["preset"] = "reference";
  CHECK(unlearn_of(plan_of(folder.path(), suite), 2).kl.at("reduction") == "numel");
  suite["methods"][1]["kl"]["reduction"] = "batch";
  CHECK(unlearn_of(plan_of(folder.path(), suite), 2).kl.at("reduction") == "batch");
}

TEST_CASE("What a goal or texts change is in the key, and nothing else is") {
  const TemporaryFolder folder;
  const auto fine = plan_of(folder.path(), with("/requests/0/forget", {"warm", "blue"}));
  const auto request = to_json(unlearn_of(fine, 1).request, Fields::identity);
  CHECK_FALSE(request.contains("forget_coarse"));
  CHECK_FALSE(request.contains("exemplars"));

  auto suite = with("/requests/0/forget", {"warm", "blue"});
  suite["requests"][0]["level"] = "hybrid";
  const auto hybrid = plan_of(folder.path(), suite);
  const auto& spec = unlearn_of(hybrid, 1);
  CHECK((spec.request.concepts == std::vector<std::string>{"red", "pink", "blue"}));
  CHECK(spec.request.forget_coarse == std::vector<std::string>{"warm"});
  CHECK(hybrid.cells[1].key != fine.cells[1].key);
  CHECK(hybrid.cells[0].key != fine.cells[0].key);  // its predictions are grouped otherwise,
  CHECK(hybrid.cells[0].predict == fine.cells[0].predict);  // but the same
  CHECK(spec.set != unlearn_of(fine, 1).set);
  const auto& set = spec_of<SetSpec>(hybrid, spec.set);
  CHECK(set.request.forget_coarse == std::vector<std::string>{"warm"});
  const auto& score = spec_of<ScoreSpec>(hybrid, hybrid.cells[1].score.at("agreement"));
  CHECK(score.evaluations[0].forget == std::vector<std::int64_t>{0, 1, 4});
  CHECK(score.evaluations[0].forget_coarse == std::vector<std::int64_t>{0});

  suite = tiny_suite();
  suite["requests"][0].erase("split");
  suite["requests"][0].erase("samples_per_concept");
  const auto pictures = plan_of(folder.path(), suite);
  suite["requests"][0]["exemplars"] = "text";
  const auto texts = plan_of(folder.path(), suite);
  CHECK(texts.cells[1].key != pictures.cells[1].key);
  CHECK(texts.cells[0].key == pictures.cells[0].key);  // the original does not care
}

TEST_CASE("Requests for the same concepts share their original") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  auto more = suite["requests"][0];
  more["id"] = "more";
  more["samples_per_concept"] = 4;
  suite["requests"].push_back(more);
  const auto plan = plan_of(folder.path(), suite);
  CHECK(plan.cells[0].key == plan.cells[1].key);
  CHECK(plan.cells[1].request == "more");
  CHECK(keys(plan).size() == plan.cells.size() - 1);
}

TEST_CASE("A level that the list or the dataset does not allow is one clear line") {
  auto suite = with("/requests/0/forget", {"red"});
  suite["requests"][0]["level"] = "coarse";
  CHECK(complaint(suite) ==
        "requests[0].forget: 'red': is a fine class (level 'coarse' takes coarse ones, 'hybrid' "
        "both)");
  suite["requests"][0]["dataset"]["params"] = {{"flat", true}};
  CHECK(complaint(suite) ==
        "requests[0].forget: the dataset has no coarse class names (level 'coarse' needs two)");
}

TEST_CASE("What cannot be run is planned with the reason") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  const json flat{{"id", "tiny"}, {"params", {{"flat", true}}}};
  suite["requests"][0]["dataset"] = flat;
  suite["methods"] = {{{"id", "push"}},
                      {{"id", "push"}, {"kl", {{"coarse", 1}}}},
                      {{"id", "needs_coarse"}},
                      {{"id", "needs_retain"}},
                      {{"id", "needs_keep"}}};
  auto plan = plan_of(folder.path(), suite);
  CHECK(plan.cells[1].status.empty());
  for (int i = 2; i < 6; ++i) CHECK(plan.cells[i].status == "not_applicable");
  CHECK(plan.cells[2].reason ==
        "kl.coarse needs coarse class names, which the request's dataset does not have");
  CHECK(plan.cells[3].reason ==
        "the method needs coarse class names, which the request's dataset does not have");
  CHECK(plan.cells[4].reason ==
        "the method needs samples of retained concepts, which this request does not grant");
  CHECK(plan.cells[5].reason ==
        "the method needs something to keep: coarse class names, which the request's dataset does "
        "not have, or samples of retained concepts, which it does not grant");
  suite["requests"][0]["retain"] = {{"samples_per_concept", 1}};
  plan = plan_of(folder.path(), suite);
  for (int i = 2; i < 6; ++i) CHECK(plan.cells[i].status.empty() == (i > 3));

  suite = tiny_suite();
  suite["requests"][0]["dataset"]["params"] = {{"needs", "pictures.bin"}};
  plan = plan_of(folder.path(), suite);
  for (const auto& cell : plan.cells) {
    CHECK(cell.status == "failed");
    CHECK_THAT(cell.reason, ContainsSubstring("pictures.bin"));
  }
  std::ofstream(folder / "pictures.bin") << "x";
  const auto complete = plan_of(folder.path(), suite, DataRoots{{folder.path()}});
  CHECK(complete.cells[1].status.empty());
  CHECK(complete.cells[1].key != plan.cells[1].key);
}

TEST_CASE("A missing evaluation dataset fails its cells, too") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["evaluations"][1]["dataset"]["params"] = {{"needs", "letters.bin"}};
  for (const auto& cell : plan_of(folder.path(), suite).cells) CHECK(cell.status == "failed");
}

TEST_CASE("What is missing is listed once, models too, and fails its cells") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["model"] = {"openai/ViT-B-32", "model"};
  suite["evaluations"][1]["dataset"]["params"] = {{"needs", "letters.bin"}};
  suite["evaluations"][2]["dataset"]["params"] = {{"needs", "letters.bin"}, {"style", "shop"}};
  const auto plan = plan_of(folder.path(), suite, DataRoots{{folder.path()}});
  REQUIRE(plan.missing.size() == 2);
  CHECK(plan.missing[0].kind == "model");
  CHECK(plan.missing[0].name == "openai/ViT-B-32");
  CHECK_THAT(plan.missing[0].reason,
             ContainsSubstring((folder / "models/openai/ViT-B-32.pt").string()) &&
                 ContainsSubstring("lacuna fetch openai/ViT-B-32"));
  CHECK(plan.missing[1].kind == "dataset");
  CHECK(plan.missing[1].name == "tiny");
  CHECK_THAT(plan.missing[1].reason, ContainsSubstring("letters.bin"));
  CHECK((sent(plan).missing == plan.missing));  // a missing input has no text form
  for (const auto& cell : plan.cells) {
    CHECK(cell.status == "failed");
    const bool named = cell.model == "openai/ViT-B-32";
    CHECK((cell.reason == plan.missing[0].reason) == named);
    // What stands in its own key may be stored under it; that an evaluation's data is missing may
    // not.
    CHECK(plan.jobs.contains(cell.key) == (named && !cell.is_original()));
    if (plan.jobs.contains(cell.key))
      CHECK(spec_of<UnlearnSpec>(plan, cell.key).model.hash.is_null());
    CHECK(cell.predict.empty());
    CHECK(cell.score.empty());
  }

  write_tiny_model(folder / "models/openai/ViT-B-32");
  suite["evaluations"] = tiny_suite()["evaluations"];
  const auto complete = plan_of(folder.path(), suite, DataRoots{{folder.path()}});
  CHECK(complete.missing.empty());
  CHECK(complete.cells[0].model == "openai/ViT-B-32");
  CHECK(complete.cells[0].status.empty());
  CHECK(spec_of<PredictSpec>(complete, complete.cells[0].predict.at("in_domain")).model.folder ==
        std::filesystem::canonical(folder / "models/openai/ViT-B-32"));
}

TEST_CASE("Cells are named by what tells them apart") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  auto plan = plan_of(folder.path(), suite);
  CHECK(CellNames(plan).of(plan.cells[1]) == "push");
  suite["seeds"] = {1, 2};
  suite["requests"].push_back(suite["requests"][0]);
  suite["requests"][1]["id"] = "again";
  plan = plan_of(folder.path(), suite);
  CHECK(CellNames(plan).of(plan.cells[0]) == "difficult / original");
  CHECK(CellNames(plan).of(plan.cells[2]) == "difficult / push, seed 1");
}
