// lacuna data: what data sets are there, what is wrong with one, and what it looks like.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <chrono>
#include <iostream>

#include "app/cli.hpp"
#include "data/contact_sheet.hpp"
#include "data/inspection.hpp"
#include "data/parts.hpp"
#include "data/splits.hpp"
#include "lacuna/error.hpp"
#include "support/cores.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

struct Chosen {
  std::string name, params, parts;
};

// Unknown plugins and bad parameters are mistakes; files that are not there or damaged are told by
// the ConfigError of make().
struct Maker {
  const Registered& plugin;
  nlohmann::json params;
  Parts parts;
  DataRoots roots;

  std::unique_ptr<Dataset> make() const {
    return guarded(plugin.entry->info.id,
                   [&] { return make_dataset(*plugin.entry, params, parts, roots); });
  }
};

// Null where the option was not given.
nlohmann::json object_of(const char* option, const std::string& text, const char* example) {
  if (text.empty()) return {};
  auto out = parse_json(text);
  if (!out.is_object())
    throw ConfigError(
        fmt::format("{}: '{}' is no JSON object (such as '{}')", option, text, example));
  return out;
}

Maker maker(const Chosen& chosen, const Registry& registry, const DataRoots& roots) {
  const auto& plugin = registry.find(Kind::dataset, chosen.name);
  const auto given = object_of("--params", chosen.params, R"({"names": "torchvision"})");
  const auto parts = object_of("--parts", chosen.parts, R"({"train": {"a": 9, "b": 1}})");
  return {plugin, guarded(chosen.name, [&] { return plugin.entry->resolve(given); }),
          parts.is_null() ? Parts() : read_parts(JsonView(parts, "--parts")), roots};
}

// "1200 of 24750 pictures": redrawn on a terminal, a line every ten seconds elsewhere.
class ProgressLine {
 public:
  void operator()(std::int64_t done, std::int64_t of) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < (live_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10))) return;
    last_ = now;
    std::cerr << fmt::format("{}{} of {} pictures{}", live_ ? "\r" : "", done, of,
                             live_ ? "" : "\n")
              << std::flush;
    drawn_ = live_;
  }
  void end() const {
    if (drawn_) std::cerr << "\r\x1b[K" << std::flush;
  }

 private:
  bool live_ = isatty(STDERR_FILENO) != 0, drawn_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

struct CheckOptions {
  Chosen chosen;
  std::vector<std::string> forget = {};
  bool json = false;
  int threads = 0;
};

int check(const CheckOptions& options, const Globals& globals) {
  const auto registry = globals.registry();
  const auto made = maker(options.chosen, registry, globals.data_roots());
  ordered_json report{{"dataset", options.chosen.name}, {"params", made.params}};
  std::unique_ptr<Dataset> dataset;
  try {
    dataset = made.make();
  } catch (const ConfigError& error) {
    report["usable"] = false;
    report["reason"] = error.what();
    std::cout << (options.json ? json_text(report) : one_line(error.what())) << '\n';
    return exit_code::users_mistake;
  }
  ProgressLine progress;
  const auto found = guarded(options.chosen.name, [&] {
    return inspect(*dataset, options.threads > 0 ? options.threads : available_cores(),
                   std::ref(progress), options.forget);
  });
  progress.end();
  if (options.json) {
    report["usable"] = true;
    report.update(as_json(found));
    std::cout << json_text(report) << '\n';
  } else {
    std::cout << as_text(found);
  }
  return found.findings() == 0 ? exit_code::ok : exit_code::some_failed;
}

int list(bool as_json, const Globals& globals) {
  const auto registry = globals.registry();
  const auto roots = globals.data_roots();
  auto all = ordered_json::array();
  for (const auto& [key, plugin] : registry.entries()) {
    if (key.first != Kind::dataset) continue;
    ordered_json entry{{"dataset", key.second}, {"usable", true}};
    try {
      const auto dataset = maker({key.second, ""}, registry, roots).make();
      auto& splits = entry["splits"] = ordered_json::object();
      for (const auto& split : dataset->splits()) splits[split] = dataset->labels(split).numel();
    } catch (const Error& error) {
      entry["usable"] = false;
      entry["reason"] = error.what();
    }
    all.push_back(entry);
  }
  if (as_json) {
    std::cout << json_text(all) << '\n';
    return exit_code::ok;
  }
  std::size_t width = 0;
  for (const auto& entry : all) width = std::max(width, entry["dataset"].get<std::string>().size());
  for (const auto& entry : all) {
    std::string text;
    if (entry["usable"].get<bool>()) {
      std::vector<std::string> parts;
      for (const auto& [split, count] : entry["splits"].items())
        parts.push_back(fmt::format("{} {}", split, count.get<std::int64_t>()));
      text = fmt::format("{}", fmt::join(parts, ", "));
    } else {
      text = "- " + one_line(entry["reason"].get<std::string>());
    }
    std::cout << fmt::format("{:<{}}  {}\n", entry["dataset"].get<std::string>(), width, text);
  }
  return exit_code::ok;
}

struct SampleOptions {
  Chosen chosen;
  SheetOptions sheet;
  std::filesystem::path out;
};

int sample(const SampleOptions& options, const Globals& globals) {
  const auto registry = globals.registry();
  const auto made = maker(options.chosen, registry, globals.data_roots());
  const auto dataset = made.make();
  check_split(*dataset, options.sheet.split, "--split");
  const auto sheet =
      guarded(options.chosen.name, [&] { return contact_sheet(*dataset, options.sheet); });
  if (sheet.unreadable == sheet.indices.size())
    throw ConfigError("no picture can be read, so there is no sheet: " + sheet.reason);
  write_png(options.out, sheet.bitmap);
  if (sheet.unreadable > 0)
    std::cerr << fmt::format("warning: {} of {} pictures cannot be read and are left empty: {}\n",
                             sheet.unreadable, sheet.indices.size(), one_line(sheet.reason));
  std::cout << fmt::format("{}: {} pictures, {} x {} pixels\n", options.out.string(),
                           sheet.indices.size(), sheet.bitmap.width, sheet.bitmap.height);
  return exit_code::ok;
}

void add_chosen(CLI::App* command, Chosen& chosen) {
  command->add_option("NAME", chosen.name, "a data set's id")->required();
  command->add_option("--params", chosen.params, "its parameters, a JSON object");
  command->add_option("--parts", chosen.parts, "how its splits are divided, as a suite says it");
}

}  // namespace

void add_data(CLI::App& app, Globals& globals) {
  auto* data = app.add_subcommand("data", "Data sets: what is there, what is wrong, what it shows");
  data->require_subcommand(1);
  add_examples(data,
               {"lacuna data list --data ~/data", "lacuna data check oxford_pet --data ~/data",
                "lacuna data sample shapes --out shapes.png --per-class 2"});

  auto listed_as_json = std::make_shared<bool>(false);
  auto* list_command =
      data->add_subcommand("list", "Every data set, and whether its files are there");
  list_command->add_flag("--json", *listed_as_json, "print JSON");
  on_run(list_command, globals,
         [listed_as_json, &globals] { return list(*listed_as_json, globals); });

  auto checked = std::make_shared<CheckOptions>();
  auto* check_command = data->add_subcommand(
      "check", "Decodes every picture; exit code 0 all is well, 1 findings, 2 not usable");
  add_chosen(check_command, checked->chosen);
  check_command
      ->add_option("--forget", checked->forget,
                   "classes (fine or coarse names) to look for leaks of, as of a forget split")
      ->delimiter(',');
  check_command->add_flag("--json", checked->json, "print JSON, every finding in it");
  check_command->add_option("--threads", checked->threads, "default: as many as there are cores")
      ->check(CLI::PositiveNumber);
  on_run(check_command, globals, [checked, &globals] { return check(*checked, globals); });

  auto sampled = std::make_shared<SampleOptions>();
  auto* sample_command =
      data->add_subcommand("sample", "Draws pictures with their class names on one sheet");
  add_chosen(sample_command, sampled->chosen);
  sample_command->add_option("--out", sampled->out, "the PNG file to write")->required();
  sample_command->add_option("--split", sampled->sheet.split, "default: test");
  sample_command->add_option("--per-class", sampled->sheet.per_class, "default: 1")
      ->check(CLI::Range(1, 1000));
  sample_command
      ->add_option("--classes", sampled->sheet.classes, "fine or coarse names (default: all)")
      ->delimiter(',');
  sample_command->add_option("--seed", sampled->sheet.seed, "which pictures are drawn (default 1)");
  sample_command->add_option("--tile", sampled->sheet.tile, "pixels of a picture (default 112)")
      ->check(CLI::Range(32, 1024));
  on_run(sample_command, globals, [sampled, &globals] { return sample(*sampled, globals); });
}

}  // namespace lacuna
