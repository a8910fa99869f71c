// lacuna doctor: what this installation consists of, and what it lacks.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "app/cli.hpp"
#include "fetch/catalogue.hpp"
#include "lacuna/abi.hpp"
#include "model/pictures/picture_cache.hpp"
#include "run/machine/compute.hpp"
#include "run/machine/device_rates.hpp"
#include "support/cores.hpp"
#include "support/device.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

namespace {

using nlohmann::ordered_json;

// Of /proc/meminfo, in bytes; 0 where there is none.
std::uint64_t memory(const std::string& key) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
  return 0;
}

ordered_json plugin_report(const Registry& registry,
                           const std::vector<std::filesystem::path>& given) {
  auto folders = ordered_json::array();
  for (const auto& folder : plugin_folders(given)) {
    const auto here = [&](const auto& library) {
      return library == folder || library.parent_path() == folder;
    };
    const auto& entries = registry.entries();
    const auto& refused = registry.refused();
    folders.push_back(
        {{"folder", folder.string()},
         {"exists", std::filesystem::exists(folder)},
         {"plugins", std::count_if(entries.begin(), entries.end(),
                                   [&](const auto& e) { return here(e.second.library); })},
         {"refused", std::count_if(refused.begin(), refused.end(),
                                   [&](const auto& r) { return here(r.library); })}});
  }
  auto refused = ordered_json::array();
  for (const auto& [library, reason] : registry.refused()) refused.push_back(reason);
  return {{"folders", folders}, {"refused", refused}};
}

ordered_json data_report(const DataRoots& roots) {
  auto folders = ordered_json::array();
  for (const auto& folder : roots.folders)
    folders.push_back(
        {{"folder", folder.string()}, {"exists", std::filesystem::is_directory(folder)}});
  return folders;
}

// Where decoded pictures are kept; `folder` is null where none are.
ordered_json cache_report() {
  const auto folder = cache_folder();
  if (!folder) return {{"folder", nullptr}, {"pictures", 0}, {"bytes", 0}};
  const auto size = PictureCache::size(*folder);
  return {{"folder", folder->string()}, {"pictures", size.pictures}, {"bytes", size.bytes}};
}

// What of the catalogue is there, and what `lacuna fetch` could bring.
ordered_json catalogue_report(const DataRoots& roots) {
  auto there = ordered_json::array(), missing = ordered_json::array();
  for (const auto& [name, item] : Catalogue::builtin().items()) {
    if (const auto places = places_of(item, roots); !places.empty()) {
      there.push_back({{"name", name}, {"place", places.front().string()}});
    } else {
      missing.push_back({{"name", name}, {"how", how_to_get(item, roots)}});
    }
  }
  return {{"there", there}, {"missing", missing}};
}

ordered_json cuda_report() {
  auto devices = ordered_json::array();
  const auto& state = cuda_state();
  for (const auto& device : state.devices)
    devices.push_back({{"name", device.name}, {"bytes", device.bytes}});
  return {{"devices", devices}, {"reason", state.reason}};
}

ordered_json rates_report(const std::string& name) {
  const auto device = prepare_compute(name, at::get_num_threads());
  const auto rates = measure_rates(device);
  return {{"device", name},
          {"matrix_size", rates.size},
          {"flops", rates.products},
          {"copy_bytes_per_second", rates.copy_bytes_per_second},
          {"host_to_device_bytes_per_second", rates.host_to_device_bytes_per_second}};
}

// What a user of all of it would miss, one sentence each.
std::vector<std::string> missing(const ordered_json& report) {
  std::vector<std::string> all;
  std::size_t plugins = 0;
  for (const auto& folder : report["plugins"]["folders"])
    plugins += folder["plugins"].get<std::size_t>();
  if (plugins == 0)
    all.push_back("plugins: none was found (build them, or name a folder with --plugins DIR)");
  for (const auto& reason : report["plugins"]["refused"])
    all.push_back("refused: " + reason.get<std::string>());
  if (report["data"].empty())
    all.push_back(
        "data: no folder is given, so only datasets that need no files work (--data DIR or "
        "LACUNA_DATA)");
  for (const auto& folder : report["data"])
    if (!folder["exists"])
      all.push_back("data: no such folder: " + folder["folder"].get<std::string>());
  if (report["cuda"]["devices"].empty())
    all.push_back("cuda: no device is visible: " + report["cuda"]["reason"].get<std::string>());
  if (!at::hasMKL()) all.push_back("blas: this LibTorch has no MKL, so it may be slow");
  return all;
}

ordered_json examine(const Globals& globals) {
  const auto registry = globals.registry();
  ordered_json report{
      {"version", LACUNA_VERSION},
      {"build_id", LACUNA_BUILD_ID},
      {"libtorch", TORCH_VERSION},
      {"blas", at::hasMKL() ? at::get_mkl_version() : "not MKL"},
      {"cpu_capability", at::get_cpu_capability()},
      {"threads", at::get_num_threads()},
      {"cores", available_cores()},
      {"memory", {{"bytes", memory("MemTotal")}, {"available", memory("MemAvailable")}}},
      {"cuda", cuda_report()},
      {"plugins", plugin_report(registry, globals.plugins)},
      {"data", data_report(globals.data_roots())},
      {"cache", cache_report()},
      {"catalogue", catalogue_report(globals.data_roots())}};
  report["missing"] = missing(report);
  return report;
}

void print_report(const ordered_json& report) {
  const auto line = [](const std::string& name, const std::string& value) {
    std::cout << fmt::format("{:<14} {}\n", name, one_line(value));
  };
  const auto text = [&](const char* key) { return report[key].get<std::string>(); };
  const auto gib = [](const ordered_json& bytes) { return bytes.get<double>() / (1 << 30); };
  line("lacuna", text("version"));
  line("build id", text("build_id"));
  line("LibTorch", text("libtorch"));
  line("BLAS", text("blas"));
  line("CPU", fmt::format("{}, {} threads of {} cores", text("cpu_capability"),
                          report["threads"].get<int>(), report["cores"].get<int>()));
  line("memory", fmt::format("{:.1f} GiB, {:.1f} available", gib(report["memory"]["bytes"]),
                             gib(report["memory"]["available"])));
  int index = 0;
  for (const auto& device : report["cuda"]["devices"])
    line(fmt::format("cuda:{}", index++),
         fmt::format("{}, {:.1f} GiB", device["name"].get<std::string>(), gib(device["bytes"])));
  for (const auto& folder : report["plugins"]["folders"])
    line("plugins",
         folder["exists"].get<bool>()
             ? fmt::format("{}: {} loaded, {} refused", folder["folder"].get<std::string>(),
                           folder["plugins"].get<int>(), folder["refused"].get<int>())
             : folder["folder"].get<std::string>() + ": no such folder");
  for (const auto& folder : report["data"]) line("data", folder["folder"].get<std::string>());
  if (report.contains("rates")) {
    const auto& rates = report["rates"];
    for (const auto& [precision, flops] : rates["flops"].items())
      line("rate", fmt::format("{}: {:.3g} TFLOP/s in products of {} x {} {} matrices",
                               rates["device"].get<std::string>(), flops.get<double>() / 1e12,
                               rates["matrix_size"].get<int>(), rates["matrix_size"].get<int>(),
                               precision));
    line("rate",
         fmt::format("{}: {:.3g} GB/s copied within its memory", rates["device"].get<std::string>(),
                     rates["copy_bytes_per_second"].get<double>() / 1e9));
  }
  const auto& cache = report["cache"];
  line("cache", cache["folder"].is_null()
                    ? "off"
                    : fmt::format("{}: {} pictures, {:.1f} GiB (may be deleted at any time)",
                                  cache["folder"].get<std::string>(), cache["pictures"].get<int>(),
                                  gib(cache["bytes"])));
  std::vector<std::string> there;
  for (const auto& item : report["catalogue"]["there"]) there.push_back(item["name"]);
  line("catalogue", fmt::format("{} of {} items are there{}{} (lacuna fetch --list)", there.size(),
                                there.size() + report["catalogue"]["missing"].size(),
                                there.empty() ? "" : ": ", fmt::join(there, ", ")));
  for (const auto& sentence : report["missing"]) line("missing", sentence.get<std::string>());
}

}  // namespace

void add_doctor(CLI::App& app, Globals& globals) {
  auto json = std::make_shared<bool>(false);
  auto measured = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("doctor", "What this installation consists of, and what it lacks");
  command->add_flag("--json", *json, "print JSON");
  command->add_option("--measure", *measured,
                      "measure this device, too: matrix products and copies (seconds)");
  add_examples(command, {"lacuna doctor"});
  on_run(command, globals, [json, measured, &globals] {
    auto report = examine(globals);
    if (!measured->empty()) report["rates"] = rates_report(*measured);
    if (*json) {
      std::cout << json_text(report) << '\n';
    } else {
      print_report(report);
    }
    return exit_code::ok;
  });
}

}  // namespace lacuna
