// The prompts that OpenAI published for CLIP's zero-shot evaluation, in their order, each with one
// "{}" for the class name.
#pragma once

#include <string>
#include <vector>

namespace lacuna::pictures {

std::vector<std::string> imagenet_templates();  // 80
std::vector<std::string> car_templates();       // 8
std::vector<std::string> caltech_templates();   // 34, the plain one first

}  // namespace lacuna::pictures
