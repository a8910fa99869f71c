#include "lacuna/model.hpp"

namespace lacuna {

Model::~Model() = default;
EmbedsText::~EmbedsText() = default;

}  // namespace lacuna
