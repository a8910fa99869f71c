#include <ATen/ATen.h>
#include <sys/stat.h>
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "../clip_merges.hpp"
#include "../real_file.hpp"
#include "fixtures.hpp"
#include "model/text/tokenizer.hpp"
#include "model/text/vocabulary.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

namespace fs = std::filesystem;

using Ids = std::vector<std::int64_t>;
using Merges = std::vector<std::pair<std::string, std::string>>;

// Ids by hand: a letter is its place in '!'..'~', with the word end 256 more, the first merge is
// 512.
constexpr std::int64_t letter(char c) { return c - '!'; }
constexpr std::int64_t last(char c) { return letter(c) + 256; }

const Merges kTiny{{"l", "o"}, {"lo", "w</w>"}, {"e", "r</w>"}, {"lo", "w"}, {"n", "e"}};

Ids row(const at::Tensor& tokens, std::int64_t index) {
  const auto one = tokens[index].contiguous();
  return {one.data_ptr<std::int64_t>(), one.data_ptr<std::int64_t>() + one.numel()};
}

// The strings of the tokens: what a segmentation is, whatever the vocabulary's numbering.
std::vector<std::string> segments(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<std::string> out;
  for (const auto id : tokenizer.encode(text)) {
    if (id < 512)
      out.push_back(std::to_string(id));
    else if (id >= tokenizer.start_of_text())
      out.push_back(id == tokenizer.start_of_text() ? "<start>" : "<end>");
    else {
      const auto& [left, right] = tokenizer.merges()[static_cast<std::size_t>(id - 512)];
      out.push_back(left + right);
    }
  }
  return out;
}

void check_values(const Tokenizer& clip) {
  CHECK(clip.vocabulary_size() == 49408);
  CHECK(clip.merges().size() == 48894);
  const std::vector<std::pair<std::string, Ids>> cases{
      {"Hello World!", {49406, 3306, 1002, 256, 49407}},
      {"a photo of a German short-haired pointer.",
       {49406, 320, 1125, 539, 320, 4710, 3005, 268, 27202, 29883, 269, 49407}},
      {"a photo of a EntleBucher.", {49406, 320, 1125, 539, 320, 724, 47030, 3466, 269, 49407}},
      {"i love my LAND-ROVER!", {49406, 328, 793, 607, 973, 268, 12776, 256, 49407}},
  };
  for (const auto& [text, ids] : cases) {
    INFO(text);
    CHECK(row(clip.encode(std::vector<std::string>{text}, 77), 0) == ids);
  }
}

void check_golden_ids(const Tokenizer& clip) {
  const auto cases = read_json(golden("tokenizer.json"));
  REQUIRE(cases.size() > 200);
  for (const auto& one : cases) {
    const auto text = one[0].get<std::string>();
    INFO(text);
    CHECK(clip.encode(text) == one[1].get<Ids>());
  }
}

void check_reduced(const Tokenizer& clip) {
  const auto cases = read_json(golden("tokenizer.json"));
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> texts;
    while (texts.size() < 15) texts.push_back(cases[random() % cases.size()][0]);
    const auto reduced = clip.reduced_to(texts);
    CHECK(reduced.merges().size() < 400);
    for (const auto& text : texts) {
      INFO(text);
      CHECK(segments(reduced, text) == segments(clip, text));
    }
    const TemporaryFolder folder;
    reduced.save(folder / "merges.txt");
    CHECK(Tokenizer::load(folder / "merges.txt").merges() == reduced.merges());
  }
}

}  // namespace

TEST_CASE("tokenizer: a hand-made merge list") {
  const Tokenizer tokenizer(kTiny);
  CHECK(tokenizer.vocabulary_size() == 519);
  CHECK(tokenizer.start_of_text() == 517);
  CHECK(tokenizer.end_of_text() == 518);

  CHECK(tokenizer.encode("low") == Ids{513});
  CHECK(tokenizer.encode("  LOW ") == Ids{513});
  CHECK(tokenizer.encode("lower") == Ids{515, 514});
  CHECK(tokenizer.encode("newer") == Ids{516, letter('w'), 514});
  CHECK(tokenizer.encode("lolo") == Ids{512, letter('l'), last('o')});
  CHECK(tokenizer.encode("lololow") == Ids{512, 512, 513});
  CHECK(tokenizer.encode("low er") == Ids{513, 514});
  CHECK(tokenizer.encode("a1b!") == Ids{last('a'), last('1'), last('b'), last('!')});
  CHECK(tokenizer.encode("12") == Ids{last('1'), last('2')});
  CHECK(tokenizer.encode("!?") == Ids{letter('!'), last('?')});
  CHECK(tokenizer.encode("a's 'x") ==
        Ids{last('a'), letter('\''), last('s'), last('\''), last('x')});
  CHECK(tokenizer.encode("").empty());
  CHECK(tokenizer.encode(" \t\n\u2003").empty());
  CHECK(tokenizer.encode("<|startoftext|>a<|ENDOFTEXT|>") == Ids{517, last('a'), 518});
}

TEST_CASE("tokenizer: without merges every byte is a token") {
  const Tokenizer tokenizer(Merges{});
  CHECK(tokenizer.vocabulary_size() == 514);
  CHECK(tokenizer.encode("ab") == Ids{letter('a'), last('b')});
  const auto accent = tokenizer.encode("É");  // lower case, C3 A9
  REQUIRE(accent.size() == 2);
  CHECK(accent[0] == 94 + 12 + (0xC3 - 0xAE));
  CHECK(accent[1] == 94 + (0xA9 - 0xA1) + 256);
}

TEST_CASE("tokenizer: bytes that are not UTF-8 become U+FFFD") {
  const Tokenizer tokenizer(Merges{});
  CHECK(tokenizer.encode("a\xFF") == tokenizer.encode("a\uFFFD"));
  CHECK(tokenizer.encode("\xE2\x82") == tokenizer.encode("\uFFFD\uFFFD"));
  CHECK(tokenizer.encode("\xED\xA0\x80z") == tokenizer.encode("\uFFFD\uFFFD\uFFFDz"));
  CHECK(tokenizer.encode(std::string("\0", 1)).empty());  // a control character is no text
}

TEST_CASE("tokenizer: rows are padded to the longest text") {
  const Tokenizer tokenizer(kTiny);
  const auto tokens = tokenizer.encode(std::vector<std::string>{"low", "lower new", ""}, 77);
  CHECK(tokens.scalar_type() == at::kLong);
  REQUIRE(tokens.sizes() == at::IntArrayRef{3, 6});
  CHECK(row(tokens, 0) == Ids{517, 513, 518, 0, 0, 0});
  CHECK(row(tokens, 1) == Ids{517, 515, 514, 516, last('w'), 518});
  CHECK(row(tokens, 2) == Ids{517, 518, 0, 0, 0, 0});
  CHECK(tokenizer.encode(std::vector<std::string>{}, 77).size(0) == 0);
}

TEST_CASE("tokenizer: a text that does not fit is named") {
  const Tokenizer tokenizer(kTiny);
  CHECK(tokenizer.encode(std::vector<std::string>{"1 2 3"}, 5).size(1) == 5);
  CHECK(config_error([&] {
          tokenizer.encode(std::vector<std::string>{"low", "1 2 3 4"}, 5);
        }) ==
        "text \"1 2 3 4\": 6 tokens with start and end do not fit the model's 5 (a shorter "
        "text is needed, or a model that takes longer ones)");
}

TEST_CASE("tokenizer: merges that cannot be") {
  CHECK(config_error([] {
          Tokenizer(Merges{{"a", "b"}, {"ab", "cd"}});
        }) == "merge 2 (\"ab cd\"): \"cd\" is neither a byte nor an earlier merge");
  CHECK(config_error([] {
          Tokenizer(Merges{{"a", "b"}, {"a", "b"}});
        }) == "merge 2 (\"a b\"): was given before");
  CHECK(config_error([] {
          Tokenizer(Merges(48895, {"a", "b"}));
        }) == "48895 merges: more than CLIP's 48894");
}

TEST_CASE("tokenizer: merge files, plain and gzip") {
  const TemporaryFolder folder;
  const Tokenizer tokenizer(kTiny);
  tokenizer.save(folder / "merges.txt");
  CHECK(Tokenizer::load(folder / "merges.txt").merges() == kTiny);

  const auto plain = read_bytes(folder / "merges.txt");
  CHECK(plain == "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\nn e\n");
  write_bytes(folder / "crlf", "#version: 0.2\r\nl o\r\nlo w</w>");
  CHECK(Tokenizer::load(folder / "crlf").merges().size() == 2);

  const auto zipped = folder / "merges.gz";
  const auto file = gzopen(zipped.c_str(), "wb");
  REQUIRE(gzwrite(file, plain.data(), static_cast<unsigned>(plain.size())) ==
          static_cast<int>(plain.size()));
  REQUIRE(gzclose(file) == Z_OK);
  CHECK(Tokenizer::load(zipped).merges() == kTiny);

  const auto bytes = read_bytes(zipped);
  write_bytes(zipped, bytes.substr(0, bytes.size() - 12));
  CHECK(config_error([&] {
          Tokenizer::load(zipped);
        }).starts_with(zipped.string() + ": damaged or truncated gzip file ("));
}

TEST_CASE("tokenizer: malformed merge files are refused by name and line") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& bytes) {
    const auto path = folder / "merges.txt";
    write_bytes(path, bytes);
    const auto message = config_error([&] { Tokenizer::load(path); });
    REQUIRE(message.starts_with(path.string() + ": "));
    return message.substr(path.string().size() + 2);
  };
  const std::string header = "#version: 0.2\n";
  const std::string not_a_file = "is not a merge file (its first line should say #version: 0.2)";
  CHECK(refusal("") == not_a_file);
  CHECK(refusal("l o\n") == not_a_file);
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\n") ==
        "is a Git-LFS pointer, not a file of merges (run 'git lfs pull', or download the file "
        "itself)");
  const std::string not_a_merge = "line 3 is not a merge (two symbols with one space between)";
  for (const char* line : {"", "lo", "lo w x", " lo", "lo ", "l  o"})
    CHECK(refusal(header + "l o\n" + line + "\nn e\n") == not_a_merge);
  CHECK(refusal(header + std::string(5000, 'a')) == "line 2 is too long for a merge");
  CHECK(refusal(header + "l o\nq xy\n") ==
        "merge 2 (\"q xy\"): \"xy\" is neither a byte nor an earlier merge");

  const std::string none = (folder / "none").string(), pipe = (folder / "pipe").string();
  CHECK(config_error([&] { Tokenizer::load(none); }) ==
        none + ": cannot be read: No such file or directory");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const std::string expected = " (expected a file of merges, plain or gzip)";
  CHECK(config_error([&] { Tokenizer::load(pipe); }) == pipe + ": is a pipe" + expected);
  CHECK(config_error([&] { Tokenizer::load(folder.path()); }) ==
        folder.path().string() + ": is a folder" + expected);
}

TEST_CASE("tokenizer: reduced to the merges in use, intermediate ones included") {
  const Tokenizer tokenizer(kTiny);
  CHECK(tokenizer.reduced_to({"lower"}).merges() ==
        Merges{{"l", "o"}, {"e", "r</w>"}, {"lo", "w"}});
  CHECK(tokenizer.reduced_to({"12", "<|endoftext|>"}).merges().empty());
  CHECK(tokenizer.reduced_to({"lower"}).encode("lower") == Ids{514, 513});
}

TEST_CASE("tokenizer: CLIP's own vocabulary and check values") {
  check_values(Tokenizer(clip_merges().all));
}

TEST_CASE("tokenizer: ids of OpenAI's tokenizer") {
  check_golden_ids(Tokenizer(clip_merges().all));
}

TEST_CASE("tokenizer: reduced to some texts it cuts them as the full one does") {
  check_reduced(Tokenizer(clip_merges().all));
}

TEST_CASE("tokenizer: a list as long as CLIP's, gzip") {
  const TemporaryFolder folder;
  write_clip_merges(folder / kClipVocabulary);
  CHECK(Tokenizer::load(folder / kClipVocabulary).merges() == clip_merges().all);
}

TEST_CASE("tokenizer: CLIP's own list, whole", "[real]") {
  const auto clip = Tokenizer::load(real_file(fs::path("clip") / kClipVocabulary));
  check_values(clip);
  check_golden_ids(clip);
  check_reduced(clip);
}

TEST_CASE("tokenizer: the merges kept for the tests are CLIP's", "[real]") {
  const auto merges = Tokenizer::load(real_file(fs::path("clip") / kClipVocabulary)).merges();
  const auto ours = clip_merges();
  REQUIRE(ours.all.size() == merges.size());
  CHECK(ours.kept.size() > 800);
  for (const auto rank : ours.kept) {
    CAPTURE(rank);
    CHECK(ours.all[rank] == merges[rank]);
  }
}
