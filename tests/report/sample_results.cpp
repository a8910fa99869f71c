#include "sample_results.hpp"

#include <ATen/ATen.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "run/cell.hpp"
#include "run/predictions.hpp"
#include "support/hash.hpp"

namespace sample {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Method {
  std::string label, id;
  json params;
  int kl_coarse, kl_fine;
  int forget_coarse, forget_fine, retain_coarse, retain_fine;  // correct of 500, 500, 4450, 4450
  double out_of_domain;  // share of the forgetting that carries over
};

const std::vector<Method>& methods() {
  static const std::vector<Method> all{
      {"GA", "ga", json::object(), 0, 0, 5, 0, 347, 70, 0.95},
      {"GA+KL", "ga", json::object(), 20, 20, 387, 15, 1837, 1600, 0.52},
      {"GDiff", "gdiff", json::object(), 0, 0, 348, 0, 1804, 414, 0.83},
      {"GDiff+KL", "gdiff", json::object(), 20, 20, 402, 31, 1990, 1871, 0.49},
      {"NPO", "npo", {{"beta", 0.5}, {"reduction", "sample"}}, 0, 0, 120, 9, 901, 520, 0.77},
      {"NPO+KL", "npo", {{"beta", 0.5}, {"reduction", "sample"}}, 5, 20, 440, 40, 2195, 2399, 0.44},
      {"NHL", "nhl", {{"margin", 2}, {"mask", "exclude"}}, 0, 0, 371, 3, 1911, 1402, 0.58},
      {"NHL+KL", "nhl", {{"margin", 2}, {"mask", "exclude"}}, 10, 20, 441, 10, 2146, 2428, 0.43},
      {"Relabeling", "relabel", json::object(), 0, 0, 224, 219, 1316, 2031, 0.35},
      {"Relabeling+KL", "relabel", json::object(), 20, 20, 402, 260, 2005, 2580, 0.30},
      {"ME+GD", "me", json::object(), 0, 0, 476, 266, 2008, 2082, 0.29},
      {"ME+KL", "me", json::object(), 20, 20, 430, 290, 2150, 2610, 0.27},
      {"Task vector",
       "task_vector",
       {{"scale", 1.5}, {"coarse_weight", 0.05}},
       0,
       0,
       398,
       183,
       1984,
       2776,
       0.61},
      {"SCRUB", "scrub", json::object(), 0, 0, 0, 0, 0, 0, 0},
      {"Big steps", "ga", {{"clip", 0}}, 0, 0, 0, 0, 0, 0, 0},
      {"Late entry", "late", json::object(), 0, 0, 0, 0, 0, 0, 0},
  };
  return all;
}

// Small made-up spread: the same numbers everywhere.
int jitter(int value, int n, int seed, int salt) {
  if (seed == 1 || value == 0) return value;
  const int span =
      std::max(1, static_cast<int>(0.012 * std::sqrt(static_cast<double>(value) * n) + 2));
  const int step = (seed * 7919 + salt * 104729) % (2 * span + 1) - span;
  return std::clamp(value + step, 0, n);
}

json group(int fine, int coarse, int n) { return {{"fine", {fine, n}}, {"coarse", {coarse, n}}}; }

json in_domain(int forget_coarse, int forget_fine, int retain_coarse, int retain_fine) {
  return {{"forget", group(forget_fine, forget_coarse, 500)},
          {"retain", group(retain_fine, retain_coarse, 4450)},
          {"all", group(forget_fine + retain_fine, forget_coarse + retain_coarse, 4950)}};
}

json original_counts(bool unmatched) {
  json counts{{"in_domain", in_domain(431, 467, 2264, 2917)},
              {"sketch", {{"forget", group(388, 402, 500)}, {"retain", group(2510, 2201, 4450)}}},
              {"letters", {{"all", {{"fine", {438, 520}}}}}},
              {"digits", {{"all", {{"fine", {911, 1000}}}}}},
              {"textures", {{"all", {{"fine", {502, 720}}}}}}};
  if (unmatched) counts["icons"] = {{"all", group(300, 320, 400)}};
  return counts;
}

json counts_of(const Method& method, int seed, bool unmatched) {
  const int own = static_cast<int>(method.label.size()) * 31 + method.forget_coarse;
  const int fc = jitter(method.forget_coarse, 500, seed, own),
            ff = jitter(method.forget_fine, 500, seed, own + 2);
  const int rc = jitter(method.retain_coarse, 4450, seed, own + 3),
            rf = jitter(method.retain_fine, 4450, seed, own + 4);
  const double keep = rf / 2917.0;
  const auto zero_shot = [&](int before, int n, double hold, int salt) {
    const int after = static_cast<int>(before * std::min(1.0, 1 - (1 - keep) * hold));
    return json{{"all", {{"fine", {jitter(after, n, seed, own + salt), n}}}}};
  };
  const int sketch_ff = static_cast<int>(388 * (1 - (1 - ff / 467.0) * method.out_of_domain));
  json counts{{"in_domain", in_domain(fc, ff, rc, rf)},
              {"sketch",
               {{"forget", group(jitter(sketch_ff, 500, seed, own + 5), std::min(402, fc), 500)},
                {"retain", group(static_cast<int>(2510 * keep), std::min(2201, rc), 4450)}}},
              {"letters", zero_shot(438, 520, 0.20, 6)},
              {"digits", zero_shot(911, 1000, 0.12, 7)},
              {"textures", zero_shot(502, 720, 0.34, 8)}};
  if (unmatched) counts["icons"] = {{"all", group(290, 310, 400)}};
  return counts;
}

json trajectory(const Method& method, int seed) {
  json steps = json::array();
  for (int step = 0; step < 126; ++step) {
    const double t = step / 125.0, wave = 0.02 * std::sin(step * 1.7 + seed);
    const double end = method.forget_fine / 467.0;
    steps.push_back(
        {{"step", step},
         {"epoch", step / 16},
         {"loss", 3.1 * std::exp(-3 * t) + wave},
         {"forget_accuracy", std::clamp(end + (0.95 - end) * std::exp(-5 * t) + wave, 0.0, 1.0)}});
  }
  return {{"steps", steps}, {"epochs", json::array()}, {"kept_epoch", 7}};
}

json dataset(const std::string& id) {
  return {{"id", id},
          {"version", "1.0.0"},
          {"params", json::object()},
          {"manifest", "5b1d"},
          {"prompts", "77aa"}};
}

json request() {
  return {{"id", "difficult"},
          {"dataset", dataset("shapes")},
          {"split", "train"},
          {"concepts",
           {"kite", "trapezium", "five-pointed star", "six-pointed star", "crescent", "teardrop",
            "arrow left", "arrow right", "plus sign", "ring"}},
          {"level", "fine"},
          {"samples_per_concept", 50}};
}

json planned_evaluations(bool unmatched) {
  json all{{{"id", "in_domain"}, {"role", "in_domain"}, {"title", "Shapes, filled"}},
           {{"id", "letters"}, {"role", "zero_shot"}, {"title", "Letters"}},
           {{"id", "digits"}, {"role", "zero_shot"}, {"title", "Digits"}},
           {{"id", "textures"}, {"role", "zero_shot"}, {"title", "Textures"}},
           {{"id", "sketch"}, {"role", "out_of_domain"}, {"title", "Shapes, sketched"}}};
  if (unmatched) all.push_back({{"id", "icons"}, {"role", "out_of_domain"}, {"title", "Icons"}});
  return all;
}

json cell_of(const json& method, bool unmatched) {
  json cell{{"harness", "0.1.0"},
            {"model", {{"name", "demo"}, {"hash", lacuna::sha256("demo weights")}}},
            {"request", request()},
            {"method", method},
            {"evaluations", json::array()}};
  for (const auto& one : planned_evaluations(unmatched)) {
    cell["evaluations"].push_back(
        {{"id", one["id"]}, {"role", one["role"]}, {"dataset", dataset("shapes")}});
  }
  return cell;
}

json cell_of(const Method& method, int seed, bool unmatched) {
  auto cell = cell_of(
      json{{"id", method.id},
           {"version", "1.0.0"},
           {"params", method.params},
           {"kl", {{"coarse", method.kl_coarse}, {"fine", method.kl_fine}, {"reduction", "batch"}}},
           {"binary", lacuna::sha256(method.id)}},
      unmatched);
  cell["training"] = {{"learning_rate", 1e-4}, {"epochs", 8}, {"batch_size", 32}};
  cell["seed"] = seed;
  return cell;
}

json document_of(const json& cell) {
  return {{"schema_version", 1}, {"key", lacuna::cell_key(cell)}, {"status", "ok"}, {"cell", cell}};
}

// The groups of an evaluation add up to "all".
void add_up(json& counts) {
  for (auto& groups : counts) {
    if (!groups.contains("retain")) continue;
    groups["all"] = json::object();
    for (const auto& [name, levels] : groups.items()) {
      if (name == "all") continue;
      for (const auto& [level, count] : levels.items()) {
        auto& sum = groups["all"][level];
        if (sum.is_null()) sum = {0, 0};
        for (const int i : {0, 1}) sum[i] = sum[i].get<int>() + count[i].get<int>();
      }
    }
  }
}

void set_status(json& document, const char* status, const char* failure, const char* reason) {
  document["status"] = status;
  if (failure) document["failure"] = failure;
  document["reason"] = reason;
  document.erase("counts");
  document.erase("metrics");
}

}  // namespace

std::string key_of(const std::string& label, int seed, bool unmatched) {
  for (const auto& method : methods())
    if (method.label == label) return lacuna::cell_key(cell_of(method, seed, unmatched));
  return lacuna::cell_key(cell_of({{"id", "original"}}, unmatched));
}

json read(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return json::parse(file);
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void write_results(const fs::path& folder, const Options& options) {
  const std::string original = key_of("original", 0, options.unmatched);
  json planned = json::array();
  auto first = document_of(cell_of({{"id", "original"}}, options.unmatched));
  first["counts"] = original_counts(options.unmatched);
  add_up(first["counts"]);
  write(folder / "cells" / (original + ".json"), first.dump(2));

  for (const auto& method : methods()) {
    const bool incomplete =
        method.id == "scrub" || method.id == "late" || method.label == "Big steps";
    if (incomplete && !options.gaps) continue;
    for (int seed = 1; seed <= options.seeds; ++seed) {
      auto document = document_of(cell_of(method, seed, options.unmatched));
      const std::string key = document["key"];
      const std::string label =
          method.label == "NHL+KL" && !options.label.empty() ? options.label : method.label;
      planned.push_back({{"key", key},
                         {"original", original},
                         {"model", "demo"},
                         {"request", "difficult"},
                         {"method", method.id},
                         {"label", label},
                         {"seed", seed}});
      const bool missing = method.id == "late" || (method.label == "ME+KL" && seed == 3);
      if (missing && options.gaps) {
        fs::remove(folder / "cells" / (key + ".json"));
        continue;
      }
      document["counts"] = counts_of(method, seed, options.unmatched);
      add_up(document["counts"]);
      document["metrics"] = {{{"metric", "drift"},
                              {"version", "1.0.0"},
                              {"name", "weight_drift"},
                              {"unit", "l2"},
                              {"value", 0.5 + 0.01 * seed},
                              {"higher_is_better", false}},
                             {{"metric", "q_u"},
                              {"version", "1.0.0"},
                              {"name", "icons/q_u"},
                              {"unit", "1"},
                              {"value", nullptr},
                              {"reason", "no forget class matched"},
                              {"higher_is_better", true}}};
      document["trajectory"] = trajectory(method, seed);
      if (method.id == "scrub") {
        set_status(document, "not_applicable", nullptr,
                   "needs a retain set, which the request does not grant");
        document.erase("trajectory");
      } else if (method.label == "Big steps") {
        set_status(document, "failed", "crash", "the worker ended with signal 11 at step 14");
        document["trajectory"]["steps"].get_ref<json::array_t&>().resize(14);
      } else if (method.label == "NPO" && seed == 2 && options.gaps) {
        set_status(document, "failed", "nan", "the loss is not finite at step 37");
      }
      write(folder / "cells" / (key + ".json"), document.dump(2));
    }
  }
  const json plan{
      {"schema_version", 1},
      {"suite", {{"name", "demo"}, {"title", options.title}, {"sha256", lacuna::sha256("suite")}}},
      {"cells", planned},
      {"originals", {{{"key", original}, {"model", "demo"}, {"request", "difficult"}}}},
      {"evaluations", planned_evaluations(options.unmatched)}};
  write(folder / "plans" / "demo.json", plan.dump(2));
}

namespace {

lacuna::EvaluationPredictions predictions_of(const std::string& id, const json& counts) {
  lacuna::EvaluationPredictions out;
  out.id = id;
  const bool grouped = counts.contains("retain");
  const bool forget = counts.contains("forget");
  const auto& first = grouped ? counts["retain"] : counts["all"];
  out.role = !grouped            ? lacuna::Role::zero_shot
             : id == "in_domain" ? lacuna::Role::in_domain
                                 : lacuna::Role::out_of_domain;
  const bool hierarchical = first.contains("coarse");
  auto& it = out.predictions;
  it.taxonomy.fine = {"a", "b"};
  if (hierarchical) it.taxonomy.coarse = {"A", "B"}, it.taxonomy.parent = {0, 1};
  if (forget) out.forget = {0};
  std::vector<std::int64_t> target, fine, coarse;
  const auto add = [&](const json& group, std::int64_t label) {
    const auto n = group["fine"][1].get<std::int64_t>();
    for (std::int64_t i = 0; i < n; ++i) {
      target.push_back(label);
      fine.push_back(i < group["fine"][0].get<std::int64_t>() ? label : 1 - label);
      if (hierarchical)
        coarse.push_back(i < group["coarse"][0].get<std::int64_t>() ? label : 1 - label);
    }
  };
  if (forget) add(counts["forget"], 0);
  add(first, 1);
  it.fine_target = at::tensor(target, at::kLong);
  it.fine_predicted = at::tensor(fine, at::kLong);
  if (hierarchical) it.coarse_predicted = at::tensor(coarse, at::kLong);
  return out;
}

}  // namespace

void write_predictions(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder / "cells")) {
    auto cell = read(entry.path());
    if (!cell.contains("counts")) continue;
    std::vector<lacuna::EvaluationPredictions> all;
    for (const auto& [id, counts] : cell["counts"].items())
      all.push_back(predictions_of(id, counts));
    const auto file = "predictions/" + cell["key"].get<std::string>() + ".safetensors";
    lacuna::save_predictions(folder / file, all);
    cell["predictions"] = {{"file", file}, {"sha256", lacuna::sha256_file(folder / file)}};
    write(entry.path(), cell.dump(2));
  }
}

void edit_counts(const fs::path& path, const std::function<void(json&)>& change) {
  edit(path, [&](json& cell) {
    change(cell["counts"]);
    add_up(cell["counts"]);
  });
}

std::string edit_cell(const fs::path& folder, const std::string& key,
                      const std::function<void(json&)>& change) {
  auto document = read(folder / "cells" / (key + ".json"));
  change(document["cell"]);
  const std::string changed = lacuna::cell_key(document["cell"]);
  document["key"] = changed;
  fs::remove(folder / "cells" / (key + ".json"));
  write(folder / "cells" / (changed + ".json"), document.dump(2));
  edit(folder / "plans/demo.json", [&](json& plan) {
    for (auto* list : {&plan["cells"], &plan["originals"]}) {
      for (auto& row : *list) {
        for (const auto* name : {"key", "original"})
          if (row.value(name, "") == key) row[name] = changed;
      }
    }
  });
  return changed;
}

json published_table(const std::string& id) {
  auto table = read(fs::path(LACUNA_SOURCE_DIR) / "results/published" / (id + ".json"));
  for (auto& board : table["boards"])
    board["dataset"] = "shapes", board["samples_per_concept"] = 50;
  return table;
}

void add_published(const fs::path& folder, const json& content) {
  json requests = json::object(), labels = json::object();
  for (const auto& board : content.at("boards")) {
    const std::string request = board.at("request");
    requests[request] = request;
    for (const auto& row : board.at("rows"))
      labels[row.at("label").get<std::string>()] = row.at("label");
  }
  edit(folder / "plans/demo.json", [&](json& plan) {
    plan["published"].push_back({{"file", content.at("id").get<std::string>() + ".json"},
                                 {"sha256", lacuna::sha256(content.dump())},
                                 {"requests", requests},
                                 {"labels", labels},
                                 {"content", content}});
  });
}

}  // namespace sample
