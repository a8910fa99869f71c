// Prompts that several data sets share.
#pragma once

#include <string>
#include <vector>

namespace lacuna::pictures {

// The 80 prompts that OpenAI published for ImageNet, in their order.
std::vector<std::string> imagenet_templates();

// The 8 that they published for Stanford Cars; the plain one is the first.
std::vector<std::string> car_templates();

}  // namespace lacuna::pictures
