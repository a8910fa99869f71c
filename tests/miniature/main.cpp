// lacuna_miniature OUT: generated pictures in the layouts of the real data sets.
#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "lacuna/error.hpp"
#include "miniature/miniature.hpp"

int main(int argc, char** argv) {
  using namespace lacuna;
  miniature::Options options;
  std::filesystem::path out;
  std::vector<std::string> sets;
  std::string size = "48x36";
  CLI::App app("Writes generated pictures in the layouts of the real data sets.",
               "lacuna_miniature");
  app.add_option("OUT", out, "the folder to write into; serves as --data")->required();
  app.add_option("--sets", sets, "which data sets (default: all)")->delimiter(',');
  app.add_option("--train-per-class", options.train_per_class)->check(CLI::PositiveNumber);
  app.add_option("--test-per-class", options.test_per_class)->check(CLI::PositiveNumber);
  app.add_flag("--original-counts", options.original_counts, "as many as the originals have");
  app.add_option("--size", size, "of the pictures, WIDTHxHEIGHT (default 48x36)");
  app.add_option("--seed", options.seed);
  app.add_option("--threads", options.threads, "default: as many as there are cores");
  app.add_option("--lists", options.lists, "a data folder with the originals' label lists");
  app.add_flag("!--plain", options.oddities, "without the originals' oddities");
  CLI11_PARSE(app, argc, argv);
  try {
    char x = 0;
    std::istringstream text(size);
    if (!(text >> options.width >> x >> options.height) || x != 'x' || options.width < 1 ||
        options.height < 1)
      throw ConfigError("--size: '" + size + "' is no size (such as 500x375)");
    const auto count = miniature::write(out, sets, options);
    std::cout << out.string() << ": " << count << " pictures\n";
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 2;
  }
}
