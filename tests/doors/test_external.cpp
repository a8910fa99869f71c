// The command of the door `external`: where it runs, what it may leave, every reason of a row.
#include <ATen/Parallel.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "../program.hpp"
#include "fixtures.hpp"
#include "run/machine/orphans.hpp"
#include "run/machine/process.hpp"
#include "support/failure.hpp"
#include "train/not_finite.hpp"

namespace lacuna::testing {
namespace {

namespace fs = std::filesystem;

// Leaves `weights` where the command will find them, and has it hand them back.
std::string left(const Place& place, NamedTensors weights) {
  fs::create_directories(place.suite());
  save_safetensors(place.suite() / "made.bin", weights);
  return message_of([&] {
    place.shell("cp made.bin weights.safetensors", {{"files", {"made.bin"}}});
  });
}

// No process, or one that has ended and that nobody has collected yet.
bool is_gone(int process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  return !std::getline(stat, text) || text.find(") Z") != text.npos;
}

TEST_CASE("external: the weights that a command leaves are the outcome") {
  const Place place;
  CHECK(equal(place.shell("cp model/model.safetensors weights.safetensors"), place.model.weights));
  CHECK(equal(place.shell("cp model/model.safetensors ."), place.model.weights));
}

TEST_CASE("external: half precision is widened") {
  const Place place;
  NamedTensors half, expected;
  for (const auto type : {at::kHalf, at::kBFloat16}) {
    for (const auto& [name, weight] : place.model.weights) {
      half[name] = weight.to(type);
      expected[name] = half[name].to(at::kFloat);
    }
    fs::create_directories(place.suite());
    save_safetensors(place.suite() / "made.bin", half);
    CHECK(
        equal(place.shell("cp made.bin weights.safetensors", {{"files", {"made.bin"}}}), expected));
  }
}

TEST_CASE("external: a command runs in its folder, with its files, alone") {
  const Place place;
  place.put("lib/help.sh", "echo helped\n");
  place.put("go.sh",
            "#!/bin/sh\n. ./lib/help.sh >said\ncp \"$LACUNA_JOB/model/model.safetensors\" "
            "weights.safetensors\necho $OMP_NUM_THREADS $# >>said\npwd >>said\n",
            true);
  fs::create_directories(place.work());
  std::ofstream(place.work() / "weights.safetensors") << "of an earlier try";
  const auto out =
      place.through("external", {{"command", {"./go.sh", "a", "b c"}}, {"files", {"lib/help.sh"}}});
  CHECK(equal(out, place.model.weights));
  CHECK(read_file(place.work() / "said") == "helped\n" + std::to_string(at::get_num_threads()) +
                                                " 2\n" + fs::canonical(place.work()).string() +
                                                "\n");
}

// What goes to our stdout meanwhile.
template <class F>
std::string output_of(F&& call) {
  const TemporaryFolder folder;
  std::fflush(stdout);
  const int kept = dup(1);
  REQUIRE(freopen((folder / "log").c_str(), "w", stdout) != nullptr);
  call();
  std::fflush(stdout);
  dup2(kept, 1);
  close(kept);
  return read_file(folder / "log");
}

TEST_CASE("external: what a command says is our output") {
  const Place place;
  const auto said = output_of([&] {
    place.shell("echo one; echo two >&2; cp model/model.safetensors weights.safetensors");
  });
  CHECK(said == "one\ntwo\n");
}

TEST_CASE("external: why a row failed") {
  const Place place;
  const auto said = [&](const std::string& command) {
    return failure_of_door([&] { place.shell(command); });
  };
  CHECK(failure_of_door([&] {
          place.through("external", {{"command", {"no-such-program"}}});
        }) == "exception: external: 'no-such-program': no such program");
  place.put("script", "exit 0\n");
  CHECK(failure_of_door([&] {
          place.through("external", {{"command", {"./script"}}});
        }) == "exception: external: './script': is no program (chmod +x)");
  CHECK(said("exit 3") == "exception: external: ended with status 3");
  CHECK(said("echo first; echo 'ValueError: no' >&2; exit 3") ==
        "exception: external: ended with status 3: ValueError: no");
  CHECK(said("printf 'a\\033[2J\\377b'; exit 1") ==
        "exception: external: ended with status 1: a\\x1b[2J\\xffb");
  CHECK(said("kill -SEGV $$") == "crash: external: crashed with signal 11");
  CHECK(said("true") == "exception: external: left no weights.safetensors");
  CHECK(said("echo nonsense >weights.safetensors")
            .starts_with("exception: external: weights.safetensors: "));
  CHECK(said("echo nonsense >weights.safetensors").find("/") == std::string::npos);
  CHECK(said("mkfifo weights.safetensors")
            .starts_with("exception: external: weights.safetensors: "
                         "is a pipe"));
}

TEST_CASE("external: a command that takes too long is stopped, with all that it started") {
  const Place place;
  const auto begin = std::chrono::steady_clock::now();
  const auto said = failure_of_door([&] {
    place.shell("sleep 60 & echo $! >child; wait", {{"time_limit", 1}});
  });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  CHECK(said == "timeout: external: still running after 1 s, stopped (time_limit sets the limit)");
  CHECK(took.count() < 20);
  const auto child = std::stoi(read_file(place.work() / "child"));
  for (int i = 0; i < 100 && !is_gone(child); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(is_gone(child));
}

TEST_CASE("external: a command that the system killed is not the row's failure") {
  const Place place;
  try {
    place.shell("kill -KILL $$");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) ==
          "external: killed by signal 9, which nothing here sent: the system does so when memory "
          "runs out (Cannot allocate memory)");
    CHECK(failure_of(std::current_exception()).cause == Failure::Cause::machine);
  }
}

TEST_CASE("external: endless output fills no disk") {
  const Place place;
  const auto said = output_of([&] {
    place.shell(
        "yes 0123456789012345678901234567890123456789 | head -c 40000000; sleep 0.3; "
        "echo the end; cp model/model.safetensors weights.safetensors");
  });
  CHECK(said.ends_with("the end\n"));
  CHECK(fs::file_size(place.work() / "output.txt") <= (16u << 20) + 4096);
}

TEST_CASE("external: a command belongs to the worker that runs it") {
  const Place place;
  setenv(worker_variable, "this-worker", 1);
  place.shell("echo $LACUNA_WORKER >whose; cp model/model.safetensors weights.safetensors");
  unsetenv(worker_variable);
  CHECK(read_file(place.work() / "whose") == "this-worker\n");
}

// Only as a child of the test below.
TEST_CASE("external: a worker that waits for its command", "[.]") {
  const auto pid_file = quote(std::getenv("LACUNA_TEST_PID_FILE"));
  const Place place;
  place.shell("echo $$ >" + pid_file + "; exec sleep 100");
}

TEST_CASE("external: a worker killed without notice takes its command along") {
  if (std::system("setpriv --version >/dev/null 2>&1") != 0) SKIP("no setpriv here");
  const TemporaryFolder folder;
  const auto pid_file = folder / "pid";
  Process worker({.program = "/proc/self/exe",
                  .arguments = {"test_doors", "external: a worker that waits for its command"},
                  .environment = {{"LACUNA_TEST_PID_FILE", pid_file.string()}}});
  const auto within = [](auto&& happened) {
    for (int i = 0; i < 1000 && !happened(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return happened();
  };
  REQUIRE(within([&] { return fs::exists(pid_file) && fs::file_size(pid_file) > 1; }));
  const auto command = std::stoi(read_file(pid_file));
  REQUIRE_FALSE(is_gone(command));
  kill(worker.id(), SIGKILL);  // it alone, not its group
  CHECK(within([&] { return is_gone(command); }));
}

TEST_CASE("external: weights are those of the model, by name, shape, type and value") {
  const Place place;
  auto weights = place.model.weights;
  REQUIRE(weights.at("visual.proj").sizes() == at::IntArrayRef{16, 12});
  const auto with = [&](const char* name, const at::Tensor& value) {
    auto changed = place.model.weights;
    changed[name] = value;
    return left(place, changed);
  };
  const auto proj = weights.at("visual.proj");
  weights.erase("visual.proj");
  CHECK(left(place, weights) == "external: weights.safetensors: 'visual.proj' is missing");
  CHECK(with("visual.proj", proj.t().contiguous()) ==
        "external: weights.safetensors: 'visual.proj' has shape [12, 16] (model's: [16, 12])");
  CHECK(with("visual.proj", proj.to(at::kLong)) ==
        "external: weights.safetensors: 'visual.proj' is Long (weights are float32 or half)");
  CHECK(with("visual.proj", proj.to(at::kDouble)) ==
        "external: weights.safetensors: 'visual.proj' is Double (weights are float32 or half)");
  CHECK(with("head", proj) == "external: weights.safetensors: 'head' is no weight of the model");
  const auto nan =
      with("visual.proj", proj.clone().index_fill_(0, at::tensor({3}, at::kLong), NAN));
  CHECK(nan == "external: weights.safetensors: 'visual.proj' is not finite");
  CHECK_THROWS_AS(place.shell("cp made.bin weights.safetensors", {{"files", {"made.bin"}}}),
                  NotFinite);
}

}  // namespace
}  // namespace lacuna::testing
