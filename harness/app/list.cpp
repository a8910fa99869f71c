#include "app/cli.hpp"
namespace lacuna {
void add_list(CLI::App&, Globals&) {}
}  // namespace lacuna
