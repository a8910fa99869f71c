// lacuna doctor: what this installation consists of, and what it lacks.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

#include "app/cli.hpp"
#include "lacuna/abi.hpp"
#include "model/picture_cache.hpp"
#include "support/device.hpp"

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
    const auto here = [&](const auto& library) { return library.parent_path() == folder; };
    const auto& entries = registry.entries();
    const auto& refused = registry.refused();
    folders.push_back(
        {{"folder", folder.string()},
         {"exists", std::filesystem::is_directory(folder)},
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

ordered_json cuda_report() {
  auto devices = ordered_json::array();
  const auto& state = cuda_state();
  for (const auto& device : state.devices)
    devices.push_back({{"name", device.name}, {"bytes", device.bytes}});
  return {{"devices", devices}, {"reason", state.reason}};
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
      {"cores", std::thread::hardware_concurrency()},
      {"memory", {{"bytes", memory("MemTotal")}, {"available", memory("MemAvailable")}}},
      {"cuda", cuda_report()},
      {"plugins", plugin_report(registry, globals.plugins)},
      {"data", data_report(globals.data_roots())},
      {"cache", cache_report()}};
  report["missing"] = missing(report);
  return report;
}

void print(const ordered_json& report) {
  const auto line = [](const std::string& name, const std::string& value) {
    std::cout << fmt::format("{:<14} {}\n", name, value);
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
  const auto& cache = report["cache"];
  line("cache", cache["folder"].is_null()
                    ? "off"
                    : fmt::format("{}: {} pictures, {:.1f} GiB (may be deleted at any time)",
                                  cache["folder"].get<std::string>(), cache["pictures"].get<int>(),
                                  gib(cache["bytes"])));
  for (const auto& sentence : report["missing"]) line("missing", sentence.get<std::string>());
}

}  // namespace

void add_doctor(CLI::App& app, Globals& globals) {
  auto json = std::make_shared<bool>(false);
  auto* command =
      app.add_subcommand("doctor", "What this installation consists of, and what it lacks");
  command->add_flag("--json", *json, "print JSON");
  on_run(command, globals, [json, &globals] {
    const auto report = examine(globals);
    if (*json) {
      std::cout << report.dump(2) << '\n';
    } else {
      print(report);
    }
    return exit_code::ok;
  });
}

}  // namespace lacuna
