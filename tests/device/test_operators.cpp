// What unlearning and evaluation call, beside what LibTorch refuses on CUDA in deterministic mode.
//
// The strict device runs the CPU's kernels, and a fused one is taken apart there: it says which
// operators autograd and the harness call, not which kernel CUDA has for them. Where CUDA goes
// another way, refused_operators.def says which and why it is deterministic.
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "model/clip/zero_shot.hpp"
#include "runs.hpp"

namespace lacuna::testing {
namespace {

struct Refused {
  std::string name, op;
};
const std::vector<Refused> kRefused{
#define LACUNA_REFUSED(name, op) {name, #op},
#define LACUNA_EXEMPT(op, why)
#define LACUNA_ON_CUDA(here, there, why)
#include "refused_operators.def"
#undef LACUNA_REFUSED
#undef LACUNA_EXEMPT
#undef LACUNA_ON_CUDA
};

const std::set<std::string> kExempt{
#define LACUNA_REFUSED(name, op)
#define LACUNA_EXEMPT(op, why) op,
#define LACUNA_ON_CUDA(here, there, why)
#include "refused_operators.def"
#undef LACUNA_REFUSED
#undef LACUNA_EXEMPT
#undef LACUNA_ON_CUDA
};

const std::vector<std::pair<std::string, std::string>> kOnCuda{
#define LACUNA_REFUSED(name, op)
#define LACUNA_EXEMPT(op, why)
#define LACUNA_ON_CUDA(here, there, why) {#here, #there},
#include "refused_operators.def"
#undef LACUNA_REFUSED
#undef LACUNA_EXEMPT
#undef LACUNA_ON_CUDA
};

// "aten::scatter_.value" -> "scatter".
std::string family(std::string op) {
  op = op.substr(op.find("::") == op.npos ? 0 : op.find("::") + 2);
  op = op.substr(0, op.find('.'));
  if (op.ends_with("_")) op.pop_back();
  return op;
}

bool refused(const std::string& op) {
  return std::ranges::any_of(kRefused, [&](const auto& one) { return family(op) == one.op; });
}

// All that unlearning calls, forward, backward and update, and that prediction calls.
std::set<std::string> operators_of_all_runs() {
  take_log();
  for (const auto& one : all_cases()) run(one, strict_device());
  for (const auto& tower : kTowers) {
    auto one = with_kl({.tower = tower, .method = "npo"});
    one.job.training.precision = "bfloat16";
    run(one, strict_device());
    auto model = model_of(tower);
    for (auto& [name, tensor] : model.weights) tensor = tensor.to(strict_device());
    const Clip clip(model.config, model.weights);
    const auto pictures = set_of(tower, Goal::fine, 3).images;
    const auto names = ensemble_embeddings(clip, model.tokenizer, {"a {}."}, {"ant", "bee"});
    at::matmul(encode_pictures(clip, pictures), names.t()).argmax(1).cpu();
  }
  return take_log().operators;
}

TEST_CASE("nothing that a run calls is refused on CUDA, or it is exempt by name") {
  const auto called = operators_of_all_runs();
  CHECK(called.size() > 50);
  for (const auto& op : called) {
    CAPTURE(op);
    CHECK((!refused(op) || kExempt.contains(op)));
  }
  // Every exemption is needed.
  for (const auto& op : kExempt) {
    CAPTURE(op);
    CHECK(called.contains(op));
    CHECK(refused(op));
  }
  // What CUDA calls in an operator's place is not refused either.
  std::set<std::string> families;
  for (const auto& op : called) families.insert(family(op));
  for (const auto& [here, there] : kOnCuda) {
    CAPTURE(here, there);
    CHECK(families.contains(family(here)));
    CHECK_FALSE(refused(there));
  }
}

// The section .rodata of a shared library, where its strings are.
std::string read_only_data(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](std::uint64_t at, std::size_t size) {
    std::string out(size, '\0');
    file.seekg(static_cast<std::streamoff>(at));
    file.read(out.data(), static_cast<std::streamsize>(size));
    return out;
  };
  const auto as = [&]<class T>(T value, std::uint64_t at) {
    const auto bytes = read(at, sizeof(T));
    std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  };
  const auto header = as(Elf64_Ehdr(), 0);
  const auto section = [&](std::uint64_t i) {
    return as(Elf64_Shdr(), header.e_shoff + i * header.e_shentsize);
  };
  const auto names = section(header.e_shstrndx);
  const auto text = read(names.sh_offset, names.sh_size);
  for (std::uint64_t i = 0; i < header.e_shnum; ++i)
    if (const auto one = section(i); std::string(text.c_str() + one.sh_name) == ".rodata")
      return read(one.sh_offset, one.sh_size);
  return "";
}

TEST_CASE("the names on the list are those in this LibTorch's libraries") {
  Dl_info torch;
  REQUIRE(dladdr(reinterpret_cast<void*>(&at::detail::getCUDAHooks), &torch) != 0);
  const auto folder = std::filesystem::path(torch.dli_fname).parent_path();
  if (!std::filesystem::exists(folder / "libtorch_cuda.so")) SKIP("a LibTorch without CUDA");
  const auto strings =
      read_only_data(folder / "libtorch_cuda.so") + read_only_data(folder / "libtorch_cpu.so");
  for (const auto& [name, op] : kRefused) {
    CAPTURE(name);
    CHECK((name.empty() || strings.find(name + '\0') != strings.npos));
  }
}

}  // namespace
}  // namespace lacuna::testing
