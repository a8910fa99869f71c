// What bfloat16 means on the strict device: CUDA's lists.
#pragma once

namespace lacuna::testing {

// Once, after the device's name is known.
void register_autocast();

}  // namespace lacuna::testing
