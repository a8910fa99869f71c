// `lacuna fetch`: brings model weights and data sets by name, or any file by its address.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "app/cli.hpp"
#include "app/interruption.hpp"
#include "fetch/fetch_display.hpp"
#include "fetch/fetch_item.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

struct FetchArguments {
  std::vector<std::string> names;
  bool list = false, json = false, unpack = false;
  std::string url, to, checksum;
  std::filesystem::path catalogue;
  FetchOptions fetch;
};

std::string size_of(const CatalogueItem& item) {
  if (item.files.empty()) return "by hand";
  return item.bytes() > 0 ? bytes_text(item.bytes()) : "?";
}

std::vector<std::string> texts(const std::vector<std::filesystem::path>& places) {
  std::vector<std::string> out;
  for (const auto& place : places) out.push_back(place.string());
  return out;
}

int print_list(const Catalogue& catalogue, const DataRoots& roots, bool as_json) {
  auto rows = ordered_json::array();
  for (const auto& [name, item] : catalogue.items()) {
    const auto places = places_of(item, roots);
    ordered_json row{{"name", name},
                     {"kind", item.kind},
                     {"title", item.title},
                     {"home", item.home},
                     {"license", item.license},
                     {"bytes", item.bytes()},
                     {"there", !places.empty()}};
    row["places"] = texts(places);
    if (!item.by_hand.empty()) row["by_hand"] = item.by_hand;
    row["files"] = ordered_json::array();
    for (const auto& file : item.files) {
      ordered_json one{{"url", file.url},
                       {"save_as", file.save_as},
                       {"bytes", file.bytes},
                       {"places", file.places()}};
      for (const auto& sum : file.checksums) one[sum.algorithm] = sum.hex;
      row["files"].push_back(std::move(one));
    }
    rows.push_back(std::move(row));
    if (as_json) continue;
    fmt::print("{:<20} {:<10} {:>8}  {:<6} {} ({})\n", name, item.kind, size_of(item),
               places.empty() ? "-" : "there", item.title, item.license);
  }
  if (as_json) fmt::print("{}\n", json_text(rows));
  return exit_code::ok;
}

// What --url, --to and --checksum say, as an item of its own.
CatalogueItem item_of_url(const FetchArguments& options) {
  if (!options.url.starts_with("https://") && !options.url.starts_with("http://"))
    throw ConfigError(fmt::format("--url: '{}' is not an http or https address", options.url));
  if (!is_safe_relative(options.to) || options.to.starts_with("downloads/"))
    throw ConfigError(
        fmt::format("--to: '{}' is not a place under the data folder (no '/' in front, no '..', "
                    "not in downloads/)",
                    options.to));
  CatalogueFile file{.url = options.url};
  file.save_as = "url-" + options.to;
  std::replace(file.save_as.begin(), file.save_as.end(), '/', '_');
  if (options.unpack) {
    file.move["."] = options.to;
  } else {
    file.to = options.to;
  }
  return {.name = options.to, .kind = "dataset", .files = {file}, .holds = {{options.to}}};
}

// --checksum is for the one file whose checksum nobody publishes: it adds, it never replaces.
void add_checksum(std::vector<CatalogueItem>& items, const std::string& text) {
  if (text.empty()) return;
  Checksum checksum;
  try {
    checksum = checksum_from(text);
  } catch (const ConfigError& error) {
    throw ConfigError(std::string("--checksum: ") + error.what());
  }
  std::vector<CatalogueFile*> without;
  for (auto& item : items)
    for (auto& file : item.files)
      if (file.checksums.empty()) without.push_back(&file);
  if (without.size() != 1)
    throw ConfigError(
        fmt::format("--checksum: {} of the files lack a published checksum (it is for "
                    "exactly one)",
                    without.size()));
  without.front()->checksums = {checksum};
}

// The names, each followed by what it needs; none twice.
std::vector<std::string> with_needs(const std::vector<std::string>& names,
                                    const Catalogue& catalogue) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name) {
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  for (const auto& name : names) {
    add(name);
    for (const auto& needed : catalogue.at(name).needs) add(needed);
  }
  return out;
}

std::vector<CatalogueItem> chosen(const FetchArguments& options, const Catalogue& catalogue) {
  std::vector<CatalogueItem> items;
  for (const auto& name : with_needs(options.names, catalogue)) items.push_back(catalogue.at(name));
  if (!options.url.empty()) items.push_back(item_of_url(options));
  if (items.empty())
    throw ConfigError(
        "fetch: nothing is named (NAME…, --url or --list; lacuna fetch --list shows "
        "the names)");
  add_checksum(items, options.checksum);
  return items;
}

// Returns "fetched" or "there".
std::string fetch_item(const CatalogueItem& item, const DataRoots& roots, FetchOptions options,
                       FetchDisplay& display) {
  if (!places_of(item, roots).empty()) return "there";
  if (item.files.empty())
    throw Error(fmt::format("{}: no program may download it: {}", item.name, item.by_hand));
  bool fetched = false;
  for (const auto& file : item.files) {
    const auto what = item.files.size() > 1 ? item.name + ", " + file.save_as : item.name;
    options.download.say = [&](const std::string& text) { display.line(text); };
    options.download.progress = [&](auto at, auto of) { display.update(what, at, of); };
    options.step = [&](const std::string& step, auto at, auto of) {
      display.update(what + ", " + step, at, of);
    };
    fetched |= fetch_file(file, roots.folders.front(), options);
  }
  return fetched ? "fetched" : "there";
}

int fetch_all(const FetchArguments& options, const Catalogue& catalogue, const DataRoots& roots) {
  const auto items = chosen(options, catalogue);
  if (roots.folders.empty())
    throw ConfigError("fetch: no data folder is given (--data DIR or LACUNA_DATA)");
  if (!std::filesystem::is_directory(roots.folders.front()))
    throw ConfigError(roots.folders.front().string() +
                      ": no such folder (make it, or name another with --data DIR)");
  listen_for_interruptions();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may grow no further is an error like a full disk
  FetchDisplay display(stderr);
  auto fetch = options.fetch;
  fetch.download.interrupted = [] { return interruption != 0; };

  auto rows = ordered_json::array();
  bool failed = false;
  for (const auto& item : items) {
    ordered_json row{{"name", item.name}};
    try {
      row["status"] = fetch_item(item, roots, fetch, display);
      const auto places = texts(places_of(item, roots));
      row["places"] = places;
      display.clear();
      if (!options.json)
        fmt::print("{}: {}: {}\n", item.name, row["status"].get<std::string>(),
                   fmt::join(places, ", "));
    } catch (const FetchInterrupted& error) {
      display.line(error.what());
      return 128 + interruption;
    } catch (const ConfigError&) {
      throw;
    } catch (const Error& error) {
      row["status"] = "failed";
      row["reason"] = error.what();
      display.line(fmt::format("error: {}", error.what()));
      failed = true;
    }
    rows.push_back(std::move(row));
  }
  if (options.json) fmt::print("{}\n", json_text(rows));
  return failed ? exit_code::some_failed : exit_code::ok;
}

int run_fetch(const FetchArguments& options, const Globals& globals) {
  const auto catalogue =
      options.catalogue.empty() ? Catalogue::builtin() : Catalogue::read(options.catalogue);
  const auto roots = globals.data_roots();
  return options.list ? print_list(catalogue, roots, options.json)
                      : fetch_all(options, catalogue, roots);
}

}  // namespace

void add_fetch(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<FetchArguments>();
  auto& download = options->fetch.download;
  auto* command = app.add_subcommand("fetch", "Download model weights and data sets by name");
  auto* names = command->add_option("NAME", options->names, "names of the catalogue (--list)");
  auto* list = command->add_flag("--list", options->list, "show the catalogue and what is there");
  command->add_flag("--json", options->json, "print JSON");
  auto* url = command->add_option("--url", options->url, "any file, by its address");
  auto* to = command->add_option("--to", options->to, "where it goes under the data folder");
  command->add_flag("--unpack", options->unpack, "it is an archive, TO a folder")->needs(url);
  command->add_option("--checksum", options->checksum,
                      "sha256:HEX or md5:HEX of a file whose checksum is not published");
  command->add_option("--catalogue", options->catalogue, "a catalogue of your own (docs/fetch.md)");
  command->add_flag("--keep-archives", options->fetch.keep_archives,
                    "leave archives in downloads/ once they are unpacked");
  command->add_option("--retries", download.retries, "tries in a row that bring nothing")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--stall-timeout", download.stall_seconds, "seconds without a byte")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  url->needs(to)->excludes(names);
  to->needs(url);
  list->excludes(names)->excludes(url);
  add_examples(command,
               {"lacuna fetch --list", "lacuna fetch openai/ViT-B-32 oxford_pet --data ~/data"});
  on_run(command, globals, [options, &globals] { return run_fetch(*options, globals); });
}

}  // namespace lacuna
