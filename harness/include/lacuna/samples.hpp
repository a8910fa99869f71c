// Samples and what is asked about them, by role: what is to be forgotten, what is to be kept.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

// One question about the samples of a set, with its right answers: R rows over C choices. For CLIP
// a row is a picture and the choices are the class names of a level; for a causal language model a
// row is an answer token and the choices are the vocabulary.
struct Labels {
  std::string question;  // "fine", "coarse", "answer"
  at::Tensor target;     // int64 [R] in [0, C)
  // int64 [R]: which sample a row belongs to, ascending; undefined where row i is sample i.
  at::Tensor sample = {};
  std::int64_t choices = 0;             // C
  std::vector<std::string> names = {};  // of the choices, C or none (a vocabulary has none)
  // bool [R, C]: the choices that are to be forgotten with the target, the target among them.
  // Undefined: the target alone.
  at::Tensor forgotten = {};

  std::int64_t rows() const { return target.size(0); }
};

// A set of samples: pictures or texts, and the questions that a batch of them asks, in this order.
struct Samples {
  std::int64_t size = 0;
  at::Tensor images = {};  // uint8 [N, 3, H, W], RGB, at the model's size; undefined if texts
  std::vector<std::string> texts = {};  // one a sample; empty if pictures
  std::vector<Labels> forget = {};      // empty for retain samples
  std::vector<Labels> keep = {};
  Taxonomy taxonomy = {};                   // all names of the dataset, the retained ones too
  std::vector<std::string> templates = {};  // prompts with "{}"
};

// The labels of `question`, or nullptr.
LACUNA_EXPORT const Labels* find_labels(const std::vector<Labels>& labels,
                                        const std::string& question);

// "a photo of a {}." with the name in place of "{}". Throws ConfigError if the template lacks its
// "{}".
LACUNA_EXPORT std::string fill_template(const std::string& prompt, const std::string& name);

}  // namespace lacuna
