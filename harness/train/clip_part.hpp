// One set of samples over a CLIP student: what no step changes.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lacuna/samples.hpp"
#include "train/batch_rows.hpp"

namespace lacuna {

// Samples and labels on the device, texts tokenised. `teacher` is filled by ClipSubject.
//
// A text that is a name in one of the templates ("a photo of a Samoyed.") would be compared with
// itself when the step draws that template; the names then stand in the next one for that row,
// student and teacher alike. With one template only there is no other.
struct ClipPart {
  Samples samples = {};
  at::Tensor text_tokens = {};  // int64 [N, L]; undefined for pictures
  // int64 [N]: which template a text is in, -1: none; undefined for pictures.
  at::Tensor text_template = {}, text_template_on_host = {};
  // By question: float32 [N, C] a template, or one for the ensemble. Over all samples, also where
  // the question asks about some of them.
  std::map<std::string, std::vector<at::Tensor>> teacher = {};
  // By labels of forget and keep: which row of the labels a sample has, -1: none. Undefined where
  // row i is sample i.
  std::vector<BatchRows> forget_row = {}, keep_row = {};

  // bool [B]: rows that are a text under template `prompt` itself; undefined where there are none.
  at::Tensor own_template(const BatchRows& rows, std::int64_t prompt) const;
  // The template in which such rows see the names instead.
  std::int64_t next_template(std::int64_t prompt) const {
    return (prompt + 1) % static_cast<std::int64_t>(samples.templates.size());
  }
  // The original model's logits [N, C]; `prompt` counts under teacher_prompts = single only.
  const at::Tensor& teacher_logits(const std::string& question, std::int64_t prompt) const;
};

}  // namespace lacuna
