// A recipe: everything that makes a small model from scratch, as one JSON file that ships with the
// model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/parts.hpp"
#include "lacuna/params.hpp"
#include "model/clip/clip.hpp"
#include "support/compute_mode.hpp"

namespace lacuna {

// One source of pictures with class names. Every source's names are told apart among themselves
// only.
struct RecipeData {
  std::string dataset;    // plugin id
  nlohmann::json params;  // the plugin's
  Parts parts = {};       // how its splits are divided: the recipe's for it
  std::string split = "train";
  std::vector<std::string> exclude = {};  // fine classes without pictures; their names stay
  std::string validation = {};            // the split that says which epoch is kept; empty: none
  double share = 1;                       // of its pictures that an epoch has, drawn anew each time
  bool flip = false;                      // mirror left-right, half of the time; wrong for letters
  std::int64_t shift = 0;                 // pixels moved at most, each way, borders reflected
  std::int64_t cutout = 0;                // side of a square greyed out, pixels; 0: none
};

struct RecipeTraining {
  std::int64_t epochs = 10, batch_size = 512;
  double learning_rate = 2e-3, weight_decay = 0.05, warmup = 0.15;
  double label_smoothing = 0.1, coarse_weight = 0.5, max_logit_scale = 100;
  std::string precision = "bfloat16";
  bool cutout = true;

  void visit(auto&& field) {
    field("epochs", epochs, Field{.help = "passes over all data", .min = 1});
    field("batch_size", batch_size,
          Field{.help = "pictures a step, mixed over all sources", .min = 1});
    field("learning_rate", learning_rate, Field{.help = "AdamW's highest step size", .min = 0});
    field("weight_decay", weight_decay,
          Field{.help = "decoupled, on matrices and kernels only", .min = 0});
    field("warmup", warmup,
          Field{.help = "share of the steps with a rising learning rate; then cosine to 0",
                .min = 0,
                .max = 1});
    field("label_smoothing", label_smoothing,
          Field{.help = "share of the target spread over all names", .min = 0, .max = 1});
    field("coarse_weight", coarse_weight,
          Field{.help = "weight of the coarse names' cross-entropy", .min = 0});
    field("max_logit_scale", max_logit_scale, Field{.help = "bound of exp(logit_scale)", .min = 1});
    field("cutout", cutout, Field{.help = "whether the sources' cutout applies"});
    field("precision", precision, Field{.help = "compute precision", .choices = kPrecisions});
  }
};

struct Recipe {
  std::string name;
  std::uint64_t seed = 1;
  ClipConfig model;        // its vocabulary size follows from the prompts
  std::string vocabulary;  // CLIP's merge file, looked up in the data folders
  std::vector<RecipeData> data;
  RecipeTraining training;
  // A second phase on the folded tower; unset fields as in training.
  std::optional<RecipeTraining> finish;
  nlohmann::json source;  // the file as read, for the model folder
};

// Throws ConfigError("<path>: <place>: reason").
Recipe read_recipe(const std::filesystem::path& path);

}  // namespace lacuna
