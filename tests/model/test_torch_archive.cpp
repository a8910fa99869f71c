// PyTorch's files: what is read, and that everything else is refused in words.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "archives.hpp"
#include "model/weights/pickle.hpp"
#include "model/weights/torch_archive.hpp"
#include "model/weights/zip_archive.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

NamedTensors read(const std::string& bytes) {
  const TemporaryFolder folder;
  write_bytes(folder / "m.pt", bytes);
  return map_torch_archive(folder / "m.pt");
}

// The message without the path in front; "" if the file is read.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder / "m.pt";
  write_bytes(path, bytes);
  const auto message = config_error([&] { map_torch_archive(path); });
  const auto subject = path.string() + ": ";
  if (message.empty()) return "";
  REQUIRE(message.starts_with(subject));
  return message.substr(subject.size());
}

std::string refusal_of(const std::string& data_pkl) {
  return refusal(zip_of(one_storage(data_pkl)));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

using namespace pickle;

}  // namespace

TEST_CASE("torch archive: a dictionary of tensors") {
  const auto tensors = read(zip_of(one_storage(one_tensor({1, {2}, {2}}))));
  REQUIRE(tensors.size() == 1);
  CHECK(at::equal(tensors.at("w"), at::tensor({2.f, 4.f})));
}

TEST_CASE("torch archive: a state dict within a training checkpoint, and parameters") {
  const auto parameter = global("torch._utils", "_rebuild_parameter") + "(" +
                         tensor(storage("FloatStorage", "0", 4)) + "\x88" +
                         global("collections", "OrderedDict") + ")RtR";
  const auto inner = global("collections", "OrderedDict") + ")R(" + text("a.b") + parameter + "u" +
                     "}" + text("_metadata") + "}sb";
  const auto whole =
      dictionary(text("epoch") + integer(3) + text("state_dict") + inner + text("lr") + "N");
  const auto tensors = read(zip_of(one_storage(whole)));
  REQUIRE(tensors.size() == 1);
  CHECK(tensors.contains("a.b"));
}

TEST_CASE("torch archive: objects of a TorchScript archive become names with dots") {
  const auto object = [](const std::string& name, const std::string& attributes) {
    return global("__torch__.clip", name) + ")\x81}(" + attributes + "ub";
  };
  const auto inner = object(
      "B", text("weight") + tensor(storage("FloatStorage", "0", 4)) + text("training") + "\x89");
  const auto tensors = read(zip_of(
      one_storage("\x80\x02" + object("A", text("visual") + inner + text("n") + "K\x03") + ".")));
  REQUIRE(tensors.size() == 1);
  CHECK(tensors.begin()->first == "visual.weight");
}

TEST_CASE("torch archive: nothing but weights is asked for") {
  for (const auto& [module, name] :
       {std::pair("os", "system"), std::pair("builtins", "eval"), std::pair("torch", "load"),
        std::pair("numpy.core.multiarray", "scalar"), std::pair("__torchx__", "A")}) {
    const auto words = std::string("data.pkl: asks for ") + module + "." + name +
                       ", which a file of weights has no use for (refused; nothing in it was "
                       "executed)";
    CHECK(refusal_of("\x80\x02" + global(module, name) + "(" + text("x") + "tR.") == words);
    const auto by_name = [](const std::string& value) {
      return std::string("\x8c") + static_cast<char>(value.size()) + value;
    };
    CHECK(refusal_of("\x80\x04" + by_name(module) + by_name(name) + "\x93)R.") == words);
  }
  CHECK(contains(refusal_of("\x80\x02(lp0\n."), "opcode 0x6c at byte 3 is none that PyTorch"));
  CHECK(contains(refusal_of(dictionary(text("w") + "})R")), "calls what is not callable"));
  CHECK(contains(refusal_of("\x80\x09."), "pickle protocol 9"));
}

TEST_CASE("torch archive: a view stays within its storage") {
  const std::string in_four = " in a storage of 4)";
  CHECK(refusal_of(one_tensor({1, {4}, {1}})) ==
        "w: reads outside its storage (offset 1, shape [4], strides [1]" + in_four);
  CHECK(refusal_of(one_tensor({0, {2, 3}, {3, 1}})) ==
        "w: reads outside its storage (offset 0, shape [2, 3], strides [3, 1]" + in_four);
  for (const auto& view :
       {View{-1, {4}, {1}}, View{5, {0}, {1}}, View{0, {-1}, {1}}, View{3, {2}, {-1}},
        View{0, {0x7fffffff, 0x7fffffff, 0x7fffffff}, {1, 1, 1}},
        View{0, {2, 0x7fffffff}, {0x7fffffff, 1}}, View{0, {0x7fffffff}, {0x7fffffff}}})
    CHECK(contains(refusal_of(one_tensor(view)), "w: reads outside its storage"));
  CHECK(refusal_of(one_tensor({0, {2, 2}, {1, 1}})) ==
        "w: its elements overlap (offset 0, shape [2, 2], strides [1, 1]" + in_four);
  CHECK(contains(refusal_of(one_tensor({0, {4}, {0}})), "w: its elements overlap"));
  CHECK(contains(refusal_of(one_tensor({0, {2, 2}, {1}})), "other than one stride a dimension"));
  CHECK(read(zip_of(one_storage(one_tensor({0, {2, 2}, {1, 2}})))).size() == 1);  // transposed
  CHECK(read(zip_of(one_storage(one_tensor({4, {0, 3}, {3, 1}})))).size() == 1);
  CHECK(read(zip_of(one_storage(one_tensor({3, {}, {}})))).at("w").item<float>() == 4);
}

TEST_CASE("torch archive: storages are there, of their size, and not shared") {
  const auto with = [](const std::string& stored) {
    return refusal_of(dictionary(text("w") + tensor(stored)));
  };
  CHECK(with(storage("FloatStorage", "7", 4)) == "m/data/7: missing from the archive");
  CHECK(with(storage("FloatStorage", "0", 3)) ==
        "w: its storage has 16 bytes, not 3 elements of Float");
  CHECK(contains(with(storage("FloatStorage", "0", -4)), "not -4 elements"));
  CHECK(contains(with(storage("HalfStorage", "0", 4)), "16 bytes, not 4 elements of Half"));
  CHECK(contains(with(storage("QInt8Storage", "0", 16)), "asks for torch.QInt8Storage"));
  const auto part = [](std::int32_t offset) {
    return tensor(storage("FloatStorage", "0", 4), {offset, {2}, {1}});
  };
  CHECK(read(zip_of(one_storage(dictionary(text("a") + part(0) + text("b") + part(2))))).size() ==
        2);
  CHECK(refusal_of(dictionary(text("a") + part(0) + text("b") + part(1))) ==
        "a and b overlap in storage 0");
}

TEST_CASE("torch archive: a damaged pickle") {
  CHECK(refusal_of("\x80\x02}") == "data.pkl: the pickle is cut short");
  CHECK(refusal_of("\x80\x02}.") == "data.pkl: holds no tensor");
  CHECK(refusal_of("\x80\x02N.") == "data.pkl: holds no dictionary of tensors");
  CHECK(refusal_of("\x80\x02NN.") == "data.pkl: does not end with one value");
  CHECK(contains(refusal_of("\x80\x02."), "does not end with one value"));
  CHECK(contains(refusal_of("\x80\x02s."), "its stack is empty"));
  CHECK(contains(refusal_of("\x80\x02u."), "a mark is missing"));
  CHECK(contains(refusal_of("\x80\x02h\x05."), "recalls what it never kept"));
  CHECK(contains(refusal_of("\x80\x02}(Nu."), "a key without a value"));
  CHECK(contains(refusal_of("\x80\x02NQ."), "a storage is expected"));
  CHECK(contains(refusal_of(dictionary(text("w") + "\x8a\x09" + std::string(9, '1'))),
                 "more than 64 bits"));
  CHECK(contains(refusal_of(dictionary(text("a\nb") + tensor(storage("FloatStorage", "0", 4)))),
                 "'a?b' is no name of a tensor"));
  const auto twice = text("w") + tensor(storage("FloatStorage", "0", 4));
  CHECK(contains(refusal_of(dictionary(twice + twice)), "w: occurs twice"));
}

TEST_CASE("torch archive: a pickle cannot use up the stack, the memory or the time") {
  // A million lists, each in the next.
  CHECK(contains(
      refusal_of("\x80\x02" + std::string(1'000'000, ']') + std::string(999'999, 'a') + "."),
      "no dictionary"));
  CHECK(contains(refusal_of("\x80\x02" + std::string(3'000'000, ')') + "."),
                 "more than 2000000 values"));
  // An object that holds itself, and a ladder of objects that hold the next one twice.
  const auto object = global("__torch__", "A") + ")\x81";
  CHECK(contains(refusal_of("\x80\x02" + object + "q\x01}" + text("a") + "h\x01sb."),
                 "too many parts or too long names"));
  auto ladder = text("0") + object + "q\x01";
  for (int i = 1; i < 60; ++i)
    ladder +=
        text(std::to_string(i)) + object + "}(" + text("a") + "h\x01" + text("b") + "h\x01ubq\x01";
  CHECK(contains(refusal_of(dictionary(ladder)), "too many parts or too long names"));
  CHECK(contains(refusal(zip_of(one_storage(std::string((32 << 20) + 1, 'N')))),
                 "more than any model's pickle"));
}

TEST_CASE("torch archive: files of other kinds are named") {
  CHECK(refusal("") == "is empty");
  CHECK(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n") ==
        "is a Git-LFS pointer, not the weights (run 'git lfs pull', or download the file itself)");
  CHECK(refusal("\n<!DOCTYPE html><html>404</html>") ==
        "is an HTML page, not the weights (the download was answered with a web page)");
  CHECK(contains(refusal(std::string("\x80\x02\x8a\x0al", 5)),
                 "a bare pickle, as PyTorch before 1.6"));
  CHECK(refusal("GIF89a") == "is not a PyTorch file (a zip archive is expected)");
  CHECK(refusal(zip_of({{"a.txt", "hello"}})) ==
        "is a zip archive without data.pkl, so not a PyTorch file");
  auto two = one_storage(one_tensor());
  two["n/data.pkl"] = "N.";
  CHECK(refusal(zip_of(two)) == "holds several data.pkl (m/, n/)");
  auto big = one_storage(one_tensor());
  big["m/byteorder"] = "big";
  CHECK(refusal(zip_of(big)) == "byteorder: is not little-endian");
}

TEST_CASE("torch archive: a file cut short anywhere is refused") {
  const auto whole = zip_of(one_storage(one_tensor()));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(!refusal(whole.substr(0, size)).empty());
  }
  CHECK(contains(refusal(whole.substr(0, whole.size() - 1)), "cut short or damaged"));
  CHECK(contains(refusal(whole + "x"), "cut short or damaged"));
}

TEST_CASE("torch archive: a changed byte is refused or makes no difference") {
  const auto whole = zip_of(one_storage(one_tensor()));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      auto bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      INFO(at << " bit " << bit);
      const TemporaryFolder folder;
      write_bytes(folder / "m.pt", bytes);
      NamedTensors tensors;
      if (!config_error([&] { tensors = map_torch_archive(folder / "m.pt"); }).empty()) {
        ++refused;
        continue;
      }
      REQUIRE(tensors.size() == 1);
      CHECK(at::equal(tensors.at("w"), at::tensor({1.f, 2.f, 3.f, 4.f})));
    }
  CHECK(refused > whole.size());  // padding, dates and versions are most of what may change
}

TEST_CASE("torch archive: a changed pickle never crashes the reader") {
  const auto whole = one_tensor({0, {2, 2}, {2, 1}});
  std::mt19937 random(7);
  std::size_t refused = 0;
  constexpr std::size_t tries = 20'000;
  for (std::size_t i = 0; i < tries; ++i) {
    auto bytes = whole;
    for (auto changes = 1 + random() % 3; changes-- > 0;) {
      const auto at = random() % bytes.size();
      if (random() % 4 == 0)
        bytes.erase(at, random() % 4);
      else
        bytes[at] = static_cast<char>(random());
      if (bytes.empty()) bytes.assign(1, 'N');
    }
    refused += !config_error([&] { pickled_tensors(bytes); }).empty();
  }
  CHECK(refused > tries / 2);
}

TEST_CASE("zip archive: what the directory says is compared with the entries") {
  const auto whole = zip_of({{"a", "first"}, {"b", "second"}});
  CHECK(ZipArchive(whole).read("a") == "first");
  CHECK(config_error([&] { ZipArchive(whole).read("c"); }) == "c: missing from the archive");
  const auto message = [&](std::size_t at, const std::string& bytes) {
    auto damaged = whole;
    damaged.replace(at, bytes.size(), bytes);
    return config_error([&] {
      const ZipArchive archive(damaged);
      archive.read("a");
      archive.read("b");
    });
  };
  const auto data = whole.find("first");
  CHECK(contains(message(data, "F"), "a: its checksum is wrong"));
  const auto local = std::size_t{0}, second = whole.find("PK\x03\x04", 4);
  const auto central = whole.find("PK\x01\x02"), central_b = whole.find("PK\x01\x02", central + 4);
  REQUIRE(central_b != whole.npos);
  CHECK(contains(message(local + 30, "z"), "a: its header and the zip directory differ"));
  CHECK(contains(message(local + 18, "\x04"), "differ in size"));
  CHECK(contains(message(central + 8, "\x01"), "a: is encrypted"));
  CHECK(contains(message(central + 10, "\x08"), "a: its header and the zip directory differ"));
  CHECK(contains(message(central + 20, "\x04"), "a: is stored, but its two sizes differ"));
  CHECK(contains(message(central + 46, "b"), "its header and the zip directory differ"));
  CHECK(contains(message(central_b + 42, std::string(4, '\0')), "b: its header"));
  CHECK(contains(message(central_b + 42, "\xff\xff\xff\x7f"), "where no entry is"));
  CHECK(contains(message(central_b, "XX"), "directory is damaged"));
  // Both sizes of `a`, in both places, so large that it runs into `b`.
  auto overlapping = whole;
  for (const auto at : {local + 18, local + 22, central + 20, central + 24})
    overlapping[at] = static_cast<char>(second - data + 1);
  CHECK(config_error([&] { ZipArchive{overlapping}; }) == "a and b overlap in the zip archive");
}
