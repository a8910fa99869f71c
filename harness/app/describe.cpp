#include "app/cli.hpp"
namespace lacuna {
void add_describe(CLI::App&, Globals&) {}
}  // namespace lacuna
