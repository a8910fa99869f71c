// MATLAB files: what is read, and that a damaged one is refused in words.
#include "fixtures.hpp"
#include "miniature/files.hpp"
#include "pictures/mat_file.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::StartsWith;
using miniature::MatWriter;
using pictures::MatFile;

namespace {

std::string write_sample(const TempFolder& folder) {
  {
    MatWriter file(folder.path("a.mat"));
    file.numbers("ids", {1, 255, 65536});
    file.cells("names", {"Ram C/V", "", "head of a  crocodile"});
    file.structs("rows", {{"fname", {"00001.jpg", "00002.jpg"}, {}}, {"class", {}, {14, 3}}});
  }
  return folder.read("a.mat");
}

// Reads all there is, as the plugins do.
void read_everything(const fs::path& file) {
  const MatFile mat(file);
  mat.variable("ids").integers();
  mat.variable("names").texts();
  const auto rows = mat.variable("rows");
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), 100); ++i) {
    rows.text(i, "fname");
    rows.integer(i, "class");
  }
}

}  // namespace

TEST_CASE("mat_file: numbers, texts and structs") {
  const TempFolder folder;
  write_sample(folder);
  const MatFile mat(folder.path("a.mat"));
  CHECK(mat.names() == std::vector<std::string>{"ids", "names", "rows"});
  CHECK(mat.variable("ids").integers() == std::vector<std::int64_t>{1, 255, 65536});
  CHECK(mat.variable("names").texts() ==
        std::vector<std::string>{"Ram C/V", "", "head of a  crocodile"});
  const auto rows = mat.variable("rows");
  CHECK(rows.size() == 2);
  CHECK(rows.has("class"));
  CHECK_FALSE(rows.has("klass"));
  CHECK(rows.text(1, "fname") == "00002.jpg");
  CHECK(rows.integer(0, "class") == 14);
}

TEST_CASE("mat_file: every mistake is said") {
  const TempFolder folder;
  write_sample(folder);
  const MatFile mat(folder.path("a.mat"));
  const auto where = folder.path("a.mat").string();
  CHECK(refusal([&] { mat.variable("labels"); }) ==
        where + ": labels: no such variable (there: ids, names, rows)");
  CHECK(refusal([&] { mat.variable("names").integers(); }) ==
        where + ": names: element 1: is no whole number");
  CHECK(refusal([&] { mat.variable("ids").texts(); }) == where + ": ids: is no cell array");
  CHECK(refusal([&] { mat.variable("ids").text(0, "fname"); }) ==
        where + ": ids: is no struct array");
  const auto rows = mat.variable("rows");
  CHECK(refusal([&] { rows.text(0, "name"); }) == where + ": rows: has no field 'name'");
  CHECK(refusal([&] { rows.text(0, "class"); }) == where + ": rows(1).class: is no text");
  CHECK(refusal([&] { rows.integer(0, "fname"); }) ==
        where + ": rows(1).fname: is no whole number");
  CHECK(refusal([&] { rows.integer(2, "class"); }) == where + ": rows(3).class: out of range");
  CHECK(refusal([&] { MatFile(folder.path("b.mat")); }) ==
        folder.path("b.mat").string() + ": cannot be read: No such file or directory");
  fs::create_directory(folder.path("c.mat"));
  CHECK(refusal([&] { MatFile(folder.path("c.mat")); }) ==
        folder.path("c.mat").string() + ": is a folder (expected a MATLAB file)");
  REQUIRE(mkfifo(folder.path("d.mat").c_str(), 0600) == 0);
  CHECK(refusal([&] { MatFile(folder.path("d.mat")); }) ==
        folder.path("d.mat").string() + ": is a pipe (expected a MATLAB file)");
  folder.write("e.mat", "version https://git-lfs.github.com/spec/v1\n");
  CHECK(refusal([&] { MatFile(folder.path("e.mat")); }) ==
        folder.path("e.mat").string() +
            ": is a Git-LFS pointer, not a MATLAB file (run 'git lfs pull', or download the file "
            "itself)");
  fs::resize_file(folder.path("e.mat"), 1 << 30);
  CHECK(refusal([&] { MatFile(folder.path("e.mat")); }) ==
        folder.path("e.mat").string() +
            ": is longer than 268435456 bytes (a MATLAB file is shorter)");
}

TEST_CASE("mat_file: a damaged file is refused or read, and never more [property]") {
  const TempFolder folder;
  const auto whole = write_sample(folder);
  std::size_t refused = 0;
  const auto attempt = [&](const std::string& bytes) {
    folder.write("broken.mat", bytes);
    const auto message = refusal([&] { read_everything(folder.path("broken.mat")); });
    if (message.empty()) return;
    ++refused;
    CHECK_THAT(message, StartsWith(folder.path("broken.mat").string() + ": "));
  };
  for (std::size_t size = 0; size < whole.size(); size += 3) attempt(whole.substr(0, size));
  CHECK(refused == (whole.size() + 2) / 3);  // none is whole
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {1, 0x80, 0xFF}) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      attempt(bytes);
    }
  }
}
