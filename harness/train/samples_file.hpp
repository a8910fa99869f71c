// The file through which samples reach a method's process.
#pragma once

#include <filesystem>

#include "lacuna/samples.hpp"

namespace lacuna {

// Of the file; part of its name in a results folder, so that another version's is not read.
inline constexpr const char* kSamplesFormat = "lacuna samples 1";

struct SampleSets {
  Samples forget;
  Samples retain = {};  // size 0: none granted
};

// One safetensors file; names, prompts and texts travel in its metadata. load throws ConfigError
// for a damaged file.
void save_samples(const std::filesystem::path& path, const SampleSets& sets);
SampleSets load_samples(const std::filesystem::path& path);

}  // namespace lacuna
