#include "doors/left_weights.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "lacuna/input.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/safetensors.hpp"
#include "support/safe_text.hpp"
#include "train/not_finite.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape.begin(), shape.end(), ", "));
}

bool is_float(at::ScalarType type) {
  return type == at::kFloat || type == at::kHalf || type == at::kBFloat16;
}

NamedTensors checked(const NamedTensors& found, const NamedTensors& model,
                     const std::string& subject) {
  const auto refuse = [&](const std::string& name, const std::string& reason) {
    throw DoorFailure("exception",
                      fmt::format("{}: '{}' {}", subject, short_line(name, 200), reason));
  };
  NamedTensors out;
  for (const auto& [name, own] : model) {
    const auto it = found.find(name);
    if (it == found.end()) refuse(name, "is missing");
    const auto& given = it->second;
    if (given.sizes() != own.sizes())
      refuse(name, fmt::format("has shape {} (model's: {})", shape_text(given.sizes()),
                               shape_text(own.sizes())));
    if (!is_float(given.scalar_type()))
      refuse(name, fmt::format("is {} (weights are float32 or half)",
                               c10::toString(given.scalar_type())));
    // Copied: the file may be mapped, and is not ours.
    auto& weight = out[name] = at::empty(given.sizes(), at::kFloat).copy_(given);
    if (!weight.isfinite().all().item<bool>())
      throw NotFinite(fmt::format("{}: '{}' is not finite", subject, name));
  }
  for (const auto& [name, _] : found)
    if (!model.contains(name)) refuse(name, "is no weight of the model");
  return out;
}

// What `read` gives; its complaints without the path, which is of this machine.
template <class Read>
NamedTensors reading(const fs::path& path, const std::string& subject, Read&& read) {
  try {
    return read();
  } catch (const ConfigError& error) {
    throw DoorFailure("exception", fmt::format("{}: {}", subject,
                                               without_prefix(error.what(), path.string() + ": ")));
  }
}

// As the files of other programs may have them: OpenAI's constants dropped, batch normalisations
// folded. What that cannot make sense of is left as it is, to be refused by name.
NamedTensors as_weights(const NamedTensors& tensors, const Checkpoint& model) {
  const auto known = [&](const auto& entry) { return model.weights.contains(entry.first); };
  if (std::all_of(tensors.begin(), tensors.end(), known)) return tensors;
  try {
    return owned_weights({.format = "openai", .config = model.config, .tensors = tensors});
  } catch (const ConfigError&) {
    return tensors;
  }
}

}  // namespace

NamedTensors left_weights(const fs::path& file, const Checkpoint& model,
                          const std::string& subject) {
  const auto found = reading(file, subject, [&] { return map_safetensors(file).tensors; });
  return checked(found, model.weights, subject);
}

NamedTensors through_weights(const DoorJob& job) {
  const fs::path path = job.resolved.at("places").at("file").get<std::string>();
  const auto subject = fmt::format("weights: {}", path.filename().string());
  const auto found = reading(path, subject, [&] {
    return fs::is_directory(path) ? owned_weights(open_model(path))
                                  : as_weights(map_tensors(path), job.original);
  });
  return checked(found, job.original.weights, subject);
}

}  // namespace lacuna
