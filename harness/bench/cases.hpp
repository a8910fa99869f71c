// What is measured: each function registers the benchmarks of one file.
#pragma once

namespace lacuna::bench {

void add_evaluation_cases();
void add_training_cases();
void add_optimizer_cases();
void add_file_cases();

}  // namespace lacuna::bench
