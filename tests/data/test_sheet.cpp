// Contact sheets: the PNG file, the words, which pictures are on it.
#include "../program.hpp"
#include "data/contact_sheet.hpp"
#include "data/glyphs.hpp"
#include "fixtures.hpp"
#include "lacuna/random.hpp"
#include "pictures/decode.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

std::array<int, 3> pixel(const Bitmap& bitmap, int x, int y) {
  const auto* at = bitmap.rgb.data() + 3 * (y * bitmap.width + x);
  return {at[0], at[1], at[2]};
}

}  // namespace

TEST_CASE("png: what is written is read again") {
  const TempFolder folder;
  SplitMix random(1);
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {300, 200}}) {
    Bitmap bitmap{width, height, {}};
    for (int i = 0; i < 3 * width * height; ++i)
      bitmap.rgb.push_back(static_cast<std::uint8_t>(random.next()));
    write_png(folder.path("a.png"), bitmap);
    const auto read = pictures::decode(folder.path("a.png"));
    REQUIRE(read.sizes() == at::IntArrayRef{height, width, 3});
    CHECK(std::equal(bitmap.rgb.begin(), bitmap.rgb.end(), read.const_data_ptr<std::uint8_t>()));
  }
  CHECK_THROWS_AS(write_png("/proc/no/such/a.png", {1, 1, {0, 0, 0}}), Error);
}

TEST_CASE("glyphs: every printable character is drawn, and no two alike [property]") {
  std::set<std::string> shapes;
  for (char c = ' '; c <= '~'; ++c) {
    std::string shape;
    for (int y = 0; y < kGlyphHeight; ++y)
      for (int x = 0; x < kGlyphWidth; ++x) shape += glyph_pixel(c, x, y) ? '#' : '.';
    CAPTURE(c);
    CHECK((shape.find('#') != shape.npos) == (c != ' '));
    CHECK(shapes.insert(shape).second);
  }
  for (int y = 0; y < kGlyphHeight; ++y)
    for (int x = 0; x < kGlyphWidth; ++x) {
      CHECK(glyph_pixel('\xC3', x, y) == glyph_pixel('?', x, y));
      CHECK(glyph_pixel('\n', x, y) == glyph_pixel('?', x, y));
    }
}

TEST_CASE("contact sheet: classes in label order, pictures drawn by the seed") {
  const Miniature mini("oxford_pet", Miniature::small(1, 5));
  const auto data = open("oxford_pet", mini.roots());
  SheetOptions options;
  options.per_class = 2;
  const auto sheet = contact_sheet(*data, options);
  REQUIRE(sheet.indices.size() == 74);
  const auto all = labels(*data, "test");
  for (std::size_t i = 0; i < sheet.indices.size(); ++i)
    CHECK(all[static_cast<std::size_t>(sheet.indices[i])] == static_cast<std::int64_t>(i / 2));
  CHECK(contact_sheet(*data, options).bitmap.rgb == sheet.bitmap.rgb);
  options.seed = 2;
  CHECK(contact_sheet(*data, options).indices != sheet.indices);
  options.per_class = 100;
  CHECK(contact_sheet(*data, options).indices.size() == 185);

  options = {};
  options.classes = {"spitz", "Beagle"};  // a coarse name stands for its breeds
  CHECK(contact_sheet(*data, options).indices.size() == 4);
  options.classes = {"Beagel"};
  CHECK_THAT(refusal([&] { contact_sheet(*data, options); }),
             ContainsSubstring("did you mean 'Beagle'"));
}

TEST_CASE("contact sheet: a picture fills its tile, its name stands below") {
  const Miniature mini("stanford_cars");
  const auto data = open("stanford_cars", mini.roots());
  SheetOptions options;
  options.tile = 64;
  options.classes = {"Ram C/V Cargo Van Minivan 2012"};
  const auto& bitmap = contact_sheet(*data, options).bitmap;
  const std::int64_t index[] = {173};
  const auto picture = data->images("test", index)[0];  // 16 x 12: each pixel 4 x 4 on the sheet
  for (const auto& [x, y] : {std::pair{0, 0}, {15, 11}, {7, 3}}) {
    const auto seen = pixel(bitmap, 4 + 4 * x + 1, 4 + 8 + 4 * y + 1);
    for (int c = 0; c < 3; ++c)
      CHECK(seen[static_cast<std::size_t>(c)] == picture[y][x][c].item<int>());
  }
  const std::array<int, 3> paper{244, 244, 244}, ink{20, 20, 20};
  CHECK(pixel(bitmap, 4, 4) == paper);  // above a picture that is wider than high
  // "Ram C/V": the first line, below the tile.
  for (int y = 0; y < kGlyphHeight; ++y)
    for (int x = 0; x < kGlyphWidth; ++x)
      CHECK(pixel(bitmap, 4 + x, 4 + 64 + 2 + y) == (glyph_pixel('R', x, y) ? ink : paper));
}

TEST_CASE("data sample: writes a sheet, and says what is wrong") {
  const Miniature mini("oxford_pet");
  const auto run = [&](const std::string& more) {
    return run_shell("unset LACUNA_DATA; \"$LACUNA\" data sample oxford_pet --data " +
                     mini.root().string() + " --out " + mini.path("sheet.png").string() + ' ' +
                     more);
  };
  // What cannot be read is an empty tile.
  mini.write("oxford-iiit-pet/images/Abyssinian_4.jpg", "");
  const auto finished = run("--classes Abyssinian,spitz --tile 64");
  CHECK(finished.code == 0);
  CHECK(finished.err == "warning: 1 of 4 pictures cannot be read and are left empty: " +
                            mini.path("oxford-iiit-pet/images/Abyssinian_4.jpg").string() +
                            ": is empty (0 bytes)\n");
  CHECK(finished.out == mini.path("sheet.png").string() + ": 4 pictures, 216 x 180 pixels\n");
  CHECK(pictures::decode(mini.path("sheet.png")).sizes() == at::IntArrayRef{180, 216, 3});
  CHECK(run("--split val").err == "error: --split: 'val': no such split (known: test, train)\n");
  CHECK_THAT(run("--classes Samoyeed").err, ContainsSubstring("did you mean 'Samoyed'"));
  fs::remove(mini.path("sheet.png"));
  const auto none = run("--classes Abyssinian");
  CHECK(none.code == 2);
  CHECK(none.err == "error: no picture can be read, so there is no sheet: " +
                        mini.path("oxford-iiit-pet/images/Abyssinian_4.jpg").string() +
                        ": is empty (0 bytes)\n");
  CHECK_FALSE(fs::exists(mini.path("sheet.png")));
  CHECK(run("--tile 7").code == 2);
  CHECK(run("--per-class 0").code == 2);
}
