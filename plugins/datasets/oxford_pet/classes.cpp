#include "oxford_pet/classes.hpp"

#include <algorithm>
#include <cctype>

namespace lacuna::oxford_pet {
namespace {

struct Breed {
  const char *name, *coarse;
};

// In the order of the class ids, which are theirs plus 1.
constexpr Breed kBreeds[] = {
    {"Abyssinian", "domestic cats"},
    {"American Bulldog", "bull dog"},
    {"American Pit Bull Terrier", "terrier"},
    {"Basset Hound", "hound"},
    {"Beagle", "hound"},
    {"Bengal", "domestic cats"},
    {"Birman", "domestic cats"},
    {"Bombay", "domestic cats"},
    {"Boxer", "other dogs"},
    {"British Shorthair", "domestic cats"},
    {"Chihuahua", "toy dog"},
    {"Egyptian Mau", "domestic cats"},
    {"English Cocker Spaniel", "spaniel"},
    {"English Setter", "setter"},
    {"German Shorthaired", "pointer"},
    {"Great Pyrenees", "other dogs"},
    {"Havanese", "other dogs"},
    {"Japanese Chin", "toy dog"},
    {"Keeshond", "spitz"},
    {"Leonberger", "other dogs"},
    {"Maine Coon", "domestic cats"},
    {"Miniature Pinscher", "pinscher"},
    {"Newfoundland", "other dogs"},
    {"Persian", "domestic cats"},
    {"Pomeranian", "spitz"},
    {"Pug", "other dogs"},
    {"Ragdoll", "domestic cats"},
    {"Russian Blue", "domestic cats"},
    {"Saint Bernard", "other dogs"},
    {"Samoyed", "spitz"},
    {"Scottish Terrier", "terrier"},
    {"Shiba Inu", "other dogs"},
    {"Siamese", "domestic cats"},
    {"Sphynx", "domestic cats"},
    {"Staffordshire Bull Terrier", "terrier"},
    {"Wheaten Terrier", "terrier"},
    {"Yorkshire Terrier", "terrier"},
};

constexpr const char* kCoarse[] = {"domestic cats", "hound",   "spaniel",   "setter",
                                   "terrier",       "toy dog", "bull dog",  "spitz",
                                   "pinscher",      "pointer", "other dogs"};

}  // namespace

Taxonomy taxonomy(bool reference) {
  Taxonomy out;
  out.coarse.assign(std::begin(kCoarse), std::end(kCoarse));
  for (const auto& breed : kBreeds) {
    const std::string name = breed.name;
    const bool renamed = reference && name == "German Shorthaired";
    out.fine.push_back(renamed ? "German short-haired pointer" : name);
    const auto coarse = std::find(out.coarse.begin(), out.coarse.end(), breed.coarse);
    out.parent.push_back(coarse - out.coarse.begin());
  }
  return out;
}

std::string breed_of(const std::string& picture) {
  auto name = picture.substr(0, picture.rfind('_'));
  bool start = true;
  for (auto& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    c = c == '_' ? ' ' : static_cast<char>(start ? std::toupper(byte) : std::tolower(byte));
    start = c == ' ';
  }
  return name;
}

}  // namespace lacuna::oxford_pet
