#include "report/credits.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"

namespace lacuna::report {

using nlohmann::json;

std::string credits_table(const Board& board) {
  json rows = json::array();
  bool named = false;
  for (const auto& credit : credits_of(board)) {
    const bool link = credit.address.starts_with("https://");
    named = named || !credit.authors.empty() || !credit.address.empty();
    rows.push_back({{"plugin", credit.id},
                    {"version", credit.version},
                    {"kind", credit.kind},
                    {"summary", credit.summary},
                    {"citation", credit.citation},
                    {"authors", credit.authors},
                    {"link", link ? credit.address : ""},
                    {"address", link ? "" : credit.address},
                    {"license", credit.license}});
  }
  return rows.empty() ? "" : render("credits", {{"named", named}, {"rows", rows}});
}

}  // namespace lacuna::report
