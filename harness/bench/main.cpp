#include <ATen/Parallel.h>

#include <cstdlib>

#include "bench/cases.hpp"
#include "bench/pairs.hpp"

int main(int argc, char** argv) {
  // Ratios are what is measured: with several threads, a busy machine shows in them.
  if (!std::getenv("OMP_NUM_THREADS")) at::set_num_threads(1);
  lacuna::bench::add_evaluation_cases();
  lacuna::bench::add_training_cases();
  lacuna::bench::add_optimizer_cases();
  lacuna::bench::add_file_cases();
  return lacuna::bench::run(argc, argv);
}
