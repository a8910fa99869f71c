#include "app/cli.hpp"
namespace lacuna {
void add_doctor(CLI::App&, Globals&) {}
}  // namespace lacuna
