#include "imgnet_dogs/classes.hpp"

namespace lacuna::imgnet_dogs {
namespace {

struct Breed {
  const char *wnid, *name;
};

struct Group {
  const char* name;
  std::vector<Breed> breeds;
};

const std::vector<Group>& groups() {
  static const std::vector<Group> all{
      {"spaniel",
       {{"n02101556", "clumber spaniel"},
        {"n02102040", "English springer spaniel"},
        {"n02102177", "Welsh springer spaniel"},
        {"n02102318", "cocker spaniel"},
        {"n02102480", "Sussex spaniel"},
        {"n02102973", "Irish water spaniel"},
        {"n02101388", "Brittany spaniel"}}},
      {"pointer", {{"n02100236", "German short-haired pointer"}, {"n02100583", "vizsla"}}},
      {"setter",
       {{"n02100735", "English setter"},
        {"n02100877", "Irish setter"},
        {"n02101006", "Gordon setter"}}},
      {"hound",
       {{"n02088094", "Afghan hound"},
        {"n02088238", "basset hound"},
        {"n02088364", "beagle"},
        {"n02088466", "bloodhound"},
        {"n02088632", "bluetick"},
        {"n02089078", "black-and-tan coonhound"},
        {"n02089867", "Walker foxhound"},
        {"n02089973", "English foxhound"},
        {"n02090379", "redbone"},
        {"n02090622", "borzoi"},
        {"n02090721", "Irish wolfhound"},
        {"n02091032", "Italian greyhound"},
        {"n02091134", "whippet"},
        {"n02091244", "Ibizan hound"},
        {"n02091467", "Norwegian elkhound"},
        {"n02091635", "otterhound"},
        {"n02091831", "Saluki"},
        {"n02092002", "Scottish deerhound"},
        {"n02092339", "Weimaraner"}}},
      {"terrier",
       {{"n02093256", "Staffordshire bull terrier"},
        {"n02093428", "American Staffordshire terrier"},
        {"n02093647", "Bedlington terrier"},
        {"n02093754", "Border terrier"},
        {"n02093859", "Kerry blue terrier"},
        {"n02093991", "Irish terrier"},
        {"n02094114", "Norfolk terrier"},
        {"n02094258", "Norwich terrier"},
        {"n02094433", "Yorkshire terrier"},
        {"n02095314", "wire-haired fox terrier"},
        {"n02095570", "Lakeland terrier"},
        {"n02095889", "Sealyham terrier"},
        {"n02096051", "Airedale terrier"},
        {"n02096177", "cairn terrier"},
        {"n02096294", "Australian terrier"},
        {"n02096437", "Dandie Dinmont terrier"},
        {"n02096585", "Boston terrier"},
        {"n02097047", "miniature schnauzer"},
        {"n02097130", "giant schnauzer"},
        {"n02097209", "standard schnauzer"},
        {"n02097298", "Scottish terrier"},
        {"n02097474", "Tibetan terrier"},
        {"n02097658", "silky terrier"},
        {"n02098105", "soft-coated wheaten terrier"},
        {"n02098286", "West Highland white terrier"}}},
      {"poodle dog",
       {{"n02113624", "toy poodle"},
        {"n02113712", "miniature poodle"},
        {"n02113799", "standard poodle"}}},
      {"spitz",
       {{"n02112018", "Pomeranian"},
        {"n02111889", "Samoyed"},
        {"n02112137", "chow chow"},
        {"n02112350", "keeshond"}}},
      {"shepherd dog",
       {{"n02105056", "groenendael"},
        {"n02105162", "malinois"},
        {"n02106166", "Border collie"},
        {"n02106382", "Bouvier des Flandres"},
        {"n02105251", "briard"},
        {"n02106030", "collie"},
        {"n02106662", "German shepherd dog"},
        {"n02105412", "kelpie"},
        {"n02105505", "komondor"},
        {"n02105641", "Old English sheepdog"},
        {"n02106550", "Rottweiler"},
        {"n02105855", "Shetland sheepdog"}}},
      {"toy dog",
       {{"n02085620", "Chihuahua"},
        {"n02085782", "Japanese spaniel"},
        {"n02085936", "Maltese"},
        {"n02086079", "Pekingese"},
        {"n02086240", "Shih-Tzu"},
        {"n02086646", "Blenheim spaniel"},
        {"n02086910", "papillon"},
        {"n02087046", "toy terrier"}}},
      {"pinscher",
       {{"n02110627", "affenpinscher"},
        {"n02107312", "miniature pinscher"},
        {"n02107142", "Doberman"}}},
      {"sled dog", {{"n02110063", "Alaskan malamute"}, {"n02110185", "Siberian husky"}}},
      {"corgi", {{"n02113186", "Cardigan"}, {"n02113023", "Pembroke"}}},
      {"sennenhunde",
       {{"n02107574", "Greater Swiss Mountain dog"},
        {"n02107683", "Bernese mountain dog"},
        {"n02107908", "Appenzeller"},
        {"n02108000", "EntleBucher"}}},
      {"retriever",
       {{"n02099267", "flat-coated retriever"},
        {"n02099429", "curly-coated retriever"},
        {"n02099601", "golden retriever"},
        {"n02099712", "Labrador retriever"},
        {"n02099849", "Chesapeake Bay retriever"}}},
  };
  return all;
}

}  // namespace

Taxonomy taxonomy() {
  Taxonomy out;
  for (const auto& group : groups()) {
    for (const auto& breed : group.breeds) {
      out.fine.emplace_back(breed.name);
      out.parent.push_back(static_cast<std::int64_t>(out.coarse.size()));
    }
    out.coarse.emplace_back(group.name);
  }
  return out;
}

std::vector<std::string> wnids() {
  std::vector<std::string> out;
  for (const auto& group : groups())
    for (const auto& breed : group.breeds) out.emplace_back(breed.wnid);
  return out;
}

std::map<std::string, std::vector<std::string>> forget_splits() {
  return {
      {"difficult",
       {"German short-haired pointer", "Boston terrier", "West Highland white terrier",
        "Labrador retriever", "golden retriever", "German shepherd dog", "keeshond", "Samoyed",
        "Pomeranian", "Border terrier"}},
      {"medium",
       {"Irish setter", "Gordon setter", "basset hound", "Airedale terrier", "Shih-Tzu",
        "miniature pinscher", "Alaskan malamute", "flat-coated retriever",
        "Chesapeake Bay retriever", "Sealyham terrier"}},
      {"easy",
       {"English setter", "beagle", "whippet", "Ibizan hound", "Dandie Dinmont terrier",
        "standard poodle", "Border collie", "Blenheim spaniel", "cairn terrier", "Doberman",
        "groenendael"}},
      {"special",
       {"German short-haired pointer", "keeshond", "Samoyed", "Pomeranian", "basset hound",
        "miniature pinscher", "English setter", "beagle", "Scottish terrier", "Yorkshire terrier"}},
  };
}

}  // namespace lacuna::imgnet_dogs
