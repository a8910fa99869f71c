#include "doors/job_folder.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "data/png.hpp"
#include "model/weights/safetensors.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// The questions about forget samples are to be forgotten, those about retain samples to be kept.
const Labels& fine_labels(const Samples& samples) {
  const auto* labels = find_labels(samples.forget, "fine");
  if (!labels) labels = find_labels(samples.keep, "fine");
  if (!labels) throw Error("external: the samples have no fine names");
  return *labels;
}

at::Tensor coarse_labels(const Samples& samples) {
  return at::tensor(samples.taxonomy.parent, at::kLong)
      .index_select(0, fine_labels(samples).target);
}

// bool [N]: the samples whose coarse name is to be forgotten with the fine one.
at::Tensor forgets_coarse(const Samples& samples) {
  auto out = at::zeros({samples.size}, at::kBool);
  if (const auto* labels = find_labels(samples.forget, "coarse"))
    labels->sample.defined() ? out.index_fill_(0, labels->sample, true) : out.fill_(true);
  return out;
}

std::vector<std::string> names_of(const at::Tensor& labels, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  const auto present = at::bincount(labels, {}, static_cast<std::int64_t>(names.size()));
  for (std::size_t label = 0; label < names.size(); ++label)
    if (present[static_cast<std::int64_t>(label)].item<std::int64_t>() > 0)
      out.push_back(names[label]);
  return out;
}

Bitmap bitmap_of(const at::Tensor& image) {  // uint8 [3, H, W]
  const auto pixels = image.permute({1, 2, 0}).contiguous();
  const auto* begin = pixels.const_data_ptr<std::uint8_t>();
  return {.width = static_cast<int>(image.size(2)),
          .height = static_cast<int>(image.size(1)),
          .rgb = {begin, begin + pixels.numel()}};
}

// Pictures come in thousands, and nobody needs them after a power cut: no fsync for each.
void write_unsynced(const fs::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  if (!file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush())
    throw FileError(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)),
                    errno);
}

// RFC 4180.
std::string csv_field(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == field.npos) return field;
  std::string out = "\"";
  for (const char c : field) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

// set/<name>.safetensors, set/<name>.csv and, of pictures, set/<name>/00000.png, …
void write_samples(const fs::path& folder, const std::string& name, const Samples& samples) {
  const auto fine = fine_labels(samples).target.contiguous();
  const bool hierarchical = samples.taxonomy.hierarchical();
  NamedTensors tensors{{"fine", fine}};
  if (samples.images.defined()) tensors["images"] = samples.images;
  if (hierarchical) tensors["coarse"] = coarse_labels(samples);
  if (hierarchical && name == "forget") tensors["forget_coarse"] = forgets_coarse(samples);
  save_safetensors(folder / (name + ".safetensors"), tensors, {{"format", "pt"}});

  const bool texts = !samples.texts.empty();
  if (!texts) fs::create_directories(folder / name);
  std::string csv = texts ? "text" : "file";
  csv += ",fine_label,fine_name,coarse_label,coarse_name\n";
  for (std::int64_t row = 0; row < samples.size; ++row) {
    const auto label = fine[row].item<std::int64_t>();
    auto first = fmt::format("{}/{:05}.png", name, row);
    if (texts) {
      first = samples.texts.at(static_cast<std::size_t>(row));
    } else {
      write_unsynced(folder / first, to_png(bitmap_of(samples.images[row])));
    }
    const auto& names = samples.taxonomy;
    csv += fmt::format("{},{},{},", csv_field(first), label,
                       csv_field(names.fine.at(static_cast<std::size_t>(label))));
    if (hierarchical) {
      const auto coarse = names.parent.at(static_cast<std::size_t>(label));
      csv += fmt::format("{},{}\n", coarse,
                         csv_field(names.coarse.at(static_cast<std::size_t>(coarse))));
    } else {
      csv += ",\n";
    }
  }
  write_file_atomically(folder / (name + ".csv"), csv);
}

// Every name in every prompt, as tokens: nobody needs a tokenizer of their own.
void write_prompts(const fs::path& path, const Samples& samples, const Checkpoint& model) {
  NamedTensors tensors;
  const auto put = [&](const char* level, const std::vector<std::string>& names) {
    std::vector<std::string> texts;
    for (const auto& prompt : samples.templates)
      for (const auto& name : names) texts.push_back(fill_template(prompt, name));
    const auto tokens = model.tokenizer.encode(texts, model.config.text.context_length);
    tensors[level] = tokens.view({static_cast<std::int64_t>(samples.templates.size()),
                                  static_cast<std::int64_t>(names.size()), tokens.size(1)});
  };
  put("fine", samples.taxonomy.fine);
  if (samples.taxonomy.hierarchical()) put("coarse", samples.taxonomy.coarse);
  save_safetensors(path, tensors, {{"format", "pt"}});
}

json description(const DoorJob& job) {
  const auto& forget = job.sets.forget;
  const auto& taxonomy = forget.taxonomy;
  auto gone = std::vector<std::string>();
  if (const auto* labels = find_labels(forget.forget, "coarse"))
    gone = names_of(labels->target, taxonomy.coarse);
  return {{"format", kDoorFormat},
          {"request", job.request},
          {"seed", job.seed},
          {"exemplars", forget.texts.empty() ? "pictures" : "text"},
          {"samples", {{"forget", forget.size}, {"retain", job.sets.retain.size}}},
          {"concepts", names_of(fine_labels(forget).target, taxonomy.fine)},
          {"forget_coarse", gone},
          {"templates", forget.templates},
          {"taxonomy",
           {{"fine", taxonomy.fine}, {"coarse", taxonomy.coarse}, {"parent", taxonomy.parent}}},
          {"args", job.resolved.at("params").at("args")}};
}

}  // namespace

void write_job_folder(const DoorJob& job) {
  fs::remove_all(job.work);  // an earlier try, killed, may have left weights
  fs::create_directories(job.work / "set");
  save_checkpoint(job.work / "model", job.original);
  write_samples(job.work / "set", "forget", job.sets.forget);
  if (job.sets.retain.size > 0) write_samples(job.work / "set", "retain", job.sets.retain);
  write_prompts(job.work / "set/prompts.safetensors", job.sets.forget, job.original);
  write_json(job.work / "job.json", description(job));
  for (const auto& [name, place] : job.resolved.at("places").items()) {
    const auto to = job.work / name;
    fs::create_directories(to.parent_path());
    fs::copy_file(place.get<std::string>(), to);  // with its permissions
  }
}

}  // namespace lacuna
