// Low-rank adaptation: a matrix W trains as W + s B A (E. Hu et al., LoRA: Low-Rank Adaptation of
// Large Language Models, ICLR 2022, section 4.1).
#pragma once

#include <ATen/core/Generator.h>

#include "lacuna/method.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Gives `options` parameters and compose for every matrix whose name begins with one of
// config.lora_weights (all matrices if there are none): "<name>/A" [rank, columns], drawn from
// U(-1/sqrt(columns), 1/sqrt(columns)), and "<name>/B" [rows, rank], zeros, so that the first step
// starts from the model itself. Convolutions count as matrices of [out, in x kernel]. s is
// config.lora_scale. The base weights are those of now. Throws ConfigError if no matrix has such a
// name, Error if the options bring parameters or masks of their own.
void add_lora(TrainOptions& options, const NamedTensors& weights, const TrainingConfig& config,
              at::Generator generator);

}  // namespace lacuna
