#include "bench/cases.hpp"
#include "bench/pairs.hpp"

int main(int argc, char** argv) {
  lacuna::bench::add_evaluation_cases();
  lacuna::bench::add_training_cases();
  lacuna::bench::add_optimizer_cases();
  lacuna::bench::add_file_cases();
  return lacuna::bench::run(argc, argv);
}
