#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <limits>
#include <random>

#include "fixtures.hpp"
#include "model/weights/safetensors.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

std::string with_length(std::uint64_t length, const std::string& rest) {
  std::string file(8, '\0');
  std::memcpy(file.data(), &length, 8);
  return file + rest;
}

std::string file_of(const std::string& header, std::size_t bytes) {
  return with_length(header.size(), header + std::string(bytes, '\1'));
}

// The message without the path in front; the path must be there.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder / "w.safetensors";
  write_bytes(path, bytes);
  const auto message = config_error([&] { load_safetensors(path); });
  const auto subject = path.string() + ": ";
  REQUIRE(message.starts_with(subject));
  return message.substr(subject.size());
}

NamedTensors one_of_each() {
  const auto some = at::arange(6).view({2, 3});
  NamedTensors tensors;
  for (const auto type : {at::kFloat, at::kHalf, at::kBFloat16, at::kDouble, at::kLong, at::kInt,
                          at::kShort, at::kChar, at::kByte, at::kBool})
    tensors[c10::toString(type)] = some.to(type);
  tensors["scalar"] = at::full({}, 2.5);
  tensors["empty"] = at::empty({3, 0, 2});
  tensors["strided \"ä\""] = at::rand({4, 3}).t();
  return tensors;
}

}  // namespace

TEST_CASE(
    "safetensors: every dtype, a scalar, an empty and a strided tensor survive a round trip") {
  const TemporaryFolder folder;
  const auto written = one_of_each();
  save_safetensors(folder / "w", written, {{"format", "pt"}, {"ü", "\n"}});
  const auto read = load_safetensors(folder / "w");
  CHECK(read.metadata == std::map<std::string, std::string>{{"format", "pt"}, {"ü", "\n"}});
  REQUIRE(read.tensors.size() == written.size());
  for (const auto& [name, tensor] : written) {
    INFO(name);
    const auto& back = read.tensors.at(name);
    CHECK(back.scalar_type() == tensor.scalar_type());
    CHECK(back.sizes() == tensor.sizes());
    CHECK(at::equal(back, tensor));
  }
}

TEST_CASE("safetensors: no tensors at all is a legal file") {
  const TemporaryFolder folder;
  save_safetensors(folder / "w", {});
  CHECK(load_safetensors(folder / "w").tensors.empty());
}

TEST_CASE("safetensors: not-a-number is data, bit for bit") {
  const TemporaryFolder folder;
  auto bits = at::tensor({0x7FC00001, 0x7F800001, int(0xFFFFFFFF), 0x7F800000}, at::kInt);
  save_safetensors(folder / "w", {{"x", bits.view(at::kFloat)}});
  CHECK(at::equal(load_safetensors(folder / "w").tensors.at("x").view(at::kInt), bits));
}

TEST_CASE("safetensors: the same tensors make the same bytes, with an aligned buffer") {
  const TemporaryFolder folder;
  const auto tensors = one_of_each();
  NamedTensors laid_out_otherwise;
  for (const auto& [name, tensor] : tensors)
    laid_out_otherwise[name] = at::stack({tensor, tensor}, -1).select(-1, 1);
  save_safetensors(folder / "a", tensors);
  save_safetensors(folder / "b", laid_out_otherwise);
  const auto bytes = read_bytes(folder / "a");
  CHECK(bytes == read_bytes(folder / "b"));
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
}

TEST_CASE("safetensors: a loaded file may be replaced or removed") {
  const TemporaryFolder folder;
  save_safetensors(folder / "w", {{"x", at::ones({1000})}});
  const auto read = load_safetensors(folder / "w");
  write_bytes(folder / "w", "");
  std::filesystem::remove(folder / "w");
  CHECK(at::equal(read.tensors.at("x"), at::ones({1000})));
}

TEST_CASE("safetensors: tensors with gradients can be saved") {
  const TemporaryFolder folder;
  const auto x = at::ones({2}).requires_grad_(true);
  save_safetensors(folder / "w", {{"x", x * 2}});
  CHECK(at::equal(load_safetensors(folder / "w").tensors.at("x"), at::full({2}, 2.0)));
}

TEST_CASE("safetensors: what cannot be written is refused and nothing is left behind") {
  const TemporaryFolder folder;
  const auto path = folder / "w";
  CHECK_THROWS_AS(save_safetensors(path, {{"__metadata__", at::ones({1})}}), Error);
  CHECK_THROWS_AS(save_safetensors(path, {{"\xFF", at::ones({1})}}), Error);
  CHECK_THROWS_AS(save_safetensors(path, {{"z", at::ones({1}, at::kComplexFloat)}}), Error);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("safetensors: files that are something else") {
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n") ==
        "is a Git-LFS pointer, not the weights (run 'git lfs pull', or download the file itself)");
  for (const char* page :
       {"<!DOCTYPE html><title>404</title>", "\xEF\xBB\xBF\n <HTML lang=en></HTML>"})
    CHECK(refusal(page) ==
          "is an HTML page, not the weights (the download was answered with a web page)");
  CHECK(refusal("PK\x03\x04 a zip archive, as PyTorch writes")
            .ends_with("(not a safetensors file?)"));
  const TemporaryFolder folder;
  const auto missing = folder / "missing";
  CHECK(config_error([&] { load_safetensors(missing); }) ==
        missing.string() + ": cannot be read: No such file or directory");
  CHECK(config_error([&] { load_safetensors(folder.path()); }) ==
        folder.path().string() + ": is a folder (expected a file of weights)");
}

TEST_CASE("safetensors: header lengths") {
  CHECK(refusal("") == "0 bytes are too few for a safetensors file (truncated?)");
  CHECK(refusal("1234567") == "7 bytes are too few for a safetensors file (truncated?)");
  CHECK(refusal(with_length(3, "{}")) ==
        "header length 3 exceeds the 2 bytes that follow (truncated?)");
  CHECK(refusal(with_length(100'000'001, "{}")) ==
        "header length 100000001 exceeds the limit of 100000000 (not a safetensors file?)");
  CHECK(refusal(with_length(std::numeric_limits<std::uint64_t>::max(), "{}"))
            .starts_with("header length 1844"));
  CHECK(refusal(with_length(0, "")) ==
        "header is not valid JSON (not a safetensors file, or a damaged one)");
}

TEST_CASE("safetensors: malformed headers") {
  const std::string entry = R"("x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  REQUIRE(refusal(file_of("{" + entry + "}", 5)) ==
          "1 bytes after the last tensor belong to no tensor");

  CHECK(refusal(file_of("{" + entry, 4)) ==
        "header is not valid JSON (not a safetensors file, or a damaged one)");
  CHECK(refusal(file_of("{\"\xFF\":1}", 4)) ==
        "header is not valid JSON (not a safetensors file, or a damaged one)");
  CHECK(refusal(file_of("[1]", 0)) == "header is not a JSON object");
  CHECK(refusal(file_of("{" + entry + "," + entry + "}", 4)) == "header names 'x' twice");
  CHECK(refusal(file_of(R"({"x":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,4]}})",
                        4)) == "header names 'dtype' twice");
  CHECK(refusal(file_of(R"({"x":3})", 0)) == "tensor 'x': its entry is not a JSON object");
  CHECK(refusal(file_of(R"({"__metadata__":[]})", 0)) == "__metadata__ is not a JSON object");
  CHECK(refusal(file_of(R"({"__metadata__":{"a":1}})", 0)) == "__metadata__: 'a' is not a string");
}

TEST_CASE("safetensors: malformed entries") {
  const auto entry = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets, std::size_t bytes) {
    return refusal(file_of(R"({"x":{"dtype":)" + dtype + R"(,"shape":)" + shape +
                               R"(,"data_offsets":)" + offsets + "}}",
                           bytes));
  };
  const std::string known = " (F32, F16, BF16, F64, I64, I32, I16, I8, U8 and BOOL are known)";
  CHECK(entry(R"("F8_E4M3")", "[4]", "[0,4]", 4) ==
        "tensor 'x': unknown dtype \"F8_E4M3\"" + known);
  CHECK(entry("7", "[4]", "[0,4]", 4) == "tensor 'x': unknown dtype 7" + known);
  CHECK(entry(R"("F32")", "1", "[0,4]", 4) == "tensor 'x': shape is not a list");
  for (const char* shape : {"[-1]", "[1.0]", "[true]", "[\"1\"]", "[null]", "[1e0]", "[[1]]"})
    CHECK(entry(R"("F32")", shape, "[0,4]", 4) ==
          "tensor 'x': shape's sizes must be non-negative integers");
  for (const char* shape :
       {"[9223372036854775807]", "[18446744073709551615]", "[4294967296,4294967296]",
        "[0,4294967296,4294967296]", "[2305843009213693952]"})
    CHECK(entry(R"("F32")", shape, "[0,0]", 0) == "tensor 'x': shape is too large");
  for (const char* offsets : {"4", "[4]", "[0,4,4]", "{}"})
    CHECK(entry(R"("F32")", "[1]", offsets, 4) ==
          "tensor 'x': data_offsets is not a pair of numbers");
  CHECK(entry(R"("F32")", "[1]", "[-4,0]", 4) ==
        "tensor 'x': data_offsets must be non-negative integers");
  CHECK(entry(R"("F32")", "[1]", "[0,4.0]", 4) ==
        "tensor 'x': data_offsets must be non-negative integers");
  CHECK(entry(R"("F32")", "[1]", "[4,0]", 4) ==
        "tensor 'x': data_offsets [4, 0] end before they begin");
  CHECK(entry(R"("F32")", "[2]", "[0,8]", 7) ==
        "tensor 'x': data_offsets [0, 8] lie outside the file's 7 bytes of data (truncated?)");
  CHECK(entry(R"("F16")", "[2,3]", "[0,4]", 4) ==
        "tensor 'x': 4 bytes for a F16 of shape [2, 3], which takes 12");
  CHECK(refusal(file_of(R"({"x":{"dtype":"F32","shape":[1]}})", 4)) ==
        "tensor 'x': data_offsets is missing");
  CHECK(
      refusal(file_of(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"offset":0}})", 4)) ==
      "tensor 'x': unknown key 'offset' (dtype, shape and data_offsets are known)");
}

TEST_CASE("safetensors: overlaps and gaps") {
  const auto two = [](const std::string& a, const std::string& b) {
    return refusal(file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                               R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                           9));
  };
  CHECK(two("[0,4]", "[3,7]") == "tensor 'b': its bytes overlap another tensor's");
  CHECK(two("[4,8]", "[4,8]") == "4 bytes before tensor 'a' belong to no tensor");
  CHECK(two("[0,4]", "[0,4]") == "tensor 'b': its bytes overlap another tensor's");
  CHECK(two("[5,9]", "[0,4]") == "1 bytes before tensor 'a' belong to no tensor");
  CHECK(two("[1,5]", "[5,9]") == "1 bytes before tensor 'a' belong to no tensor");
}

TEST_CASE("safetensors: a boolean byte must be 0 or 1") {
  const std::string header = R"({"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})";
  CHECK(refusal(with_length(header.size(), header + "\1\2")) ==
        "tensor 'x': a BOOL byte is neither 0 nor 1");
}

TEST_CASE("safetensors: every truncation of a file is refused") {
  const TemporaryFolder folder;
  save_safetensors(folder / "w", {{"a", at::ones({2})}, {"b", at::ones({3}, at::kLong)}});
  const auto whole = read_bytes(folder / "w");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size << " of " << whole.size());
    CHECK_FALSE(refusal(whole.substr(0, size)).empty());
  }
}

TEST_CASE("safetensors: random damage is read or refused, never worse") {
  const TemporaryFolder folder;
  save_safetensors(folder / "w", one_of_each(), {{"format", "pt"}});
  const auto whole = read_bytes(folder / "w");
  std::mt19937 random(1);
  int refused = 0;
  for (int round = 0; round < 500; ++round) {
    auto bytes = whole;
    for (int change = 0; change < 3; ++change)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    write_bytes(folder / "damaged", bytes);
    const auto message = config_error([&] { load_safetensors(folder / "damaged"); });
    if (!message.empty()) {
      ++refused;
      CHECK(message.starts_with((folder / "damaged").string() + ": "));
    }
  }
  CHECK(refused > 300);
}

TEST_CASE("safetensors: equal weights, equal hash") {
  const auto x = at::rand({3, 4});
  const NamedTensors weights{{"a", x}, {"b", at::ones({2}, at::kLong)}};
  const auto hash = weights_hash(weights);
  CHECK(hash.size() == 64);
  CHECK(weights_hash({{"a", x.t().contiguous().t()}, {"b", at::ones({2}, at::kLong)}}) == hash);

  auto changed = x.clone();
  changed[2][3] += 1e-3;
  for (const auto& other :
       {NamedTensors{{"a", changed}, {"b", at::ones({2}, at::kLong)}},
        NamedTensors{{"a", x.view({4, 3})}, {"b", at::ones({2}, at::kLong)}},
        NamedTensors{{"a", x.view(at::kInt)}, {"b", at::ones({2}, at::kLong)}},
        NamedTensors{{"a", x}, {"c", at::ones({2}, at::kLong)}}, NamedTensors{{"a", x}}})
    CHECK(weights_hash(other) != hash);

  const TemporaryFolder folder;
  save_safetensors(folder / "w", weights, {{"note", "not part of the weights"}});
  CHECK(weights_hash(load_safetensors(folder / "w").tensors) == hash);
}
