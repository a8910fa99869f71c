#include <catch2/catch_test_macros.hpp>

#include "support/safe_text.hpp"

using lacuna::grouped;
using lacuna::json_text;
using lacuna::one_line;
using nlohmann::json;

TEST_CASE("safe text: what a terminal would obey is written out, all else stays") {
  CHECK(one_line("Größe 😀 x/y.jpg: \"it\"") == "Größe 😀 x/y.jpg: \"it\"");
  CHECK(one_line("a\nb\r\tc") == "a\\nb\\r\\tc");
  CHECK(one_line("\x1b[2J\a\x7f") == "\\x1b[2J\\x07\\x7f");
  CHECK(one_line(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(one_line("\xc2\x9b"
                 "2J") == "\\xc2\\x9b2J");  // CSI in one character
  CHECK(one_line("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("safe text: what is long is cut, never within a character") {
  using lacuna::short_line;
  CHECK(short_line("abc\n", 4) == "abc\\n");
  CHECK(short_line("abcde", 4) == "abcd … (5 bytes in all)");
  CHECK(short_line("abcß", 4) == "abc … (5 bytes in all)");
  CHECK(short_line(std::string(5000, 'x')) == std::string(2000, 'x') + " … (5,000 bytes in all)");
  CHECK(short_line(std::string(2000, 'x')) == std::string(2000, 'x'));
}

TEST_CASE("safe text: bytes that are no UTF-8 are written out") {
  CHECK(one_line("a\xff.jpg") == "a\\xff.jpg");
  CHECK(one_line("\xc3") == "\\xc3");
  CHECK(one_line("\xc3(") == "\\xc3(");
  CHECK(one_line("\xc0\x80") == "\\xc0\\x80");
  CHECK(one_line("\xe0\x80\x80") == "\\xe0\\x80\\x80");
  CHECK(one_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(one_line("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(one_line("\xf0\x9f\x98") == "\\xf0\\x9f\\x98");
}

TEST_CASE("safe text: JSON is written whatever its strings hold") {
  CHECK(json_text(json{{"a", "x\xff"}}, -1) == "{\"a\":\"x\xEF\xBF\xBD\"}");
  CHECK(json_text(json{{"a", {1, 0.1}}}) == json{{"a", {1, 0.1}}}.dump(2));
}

TEST_CASE("safe text: thousands are set apart") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(3669) == "3,669");
  CHECK(grouped(427616513) == "427,616,513");
  CHECK(grouped(-100) == "-100");
  CHECK(grouped(-1000) == "-1,000");
}
