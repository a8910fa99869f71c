#include <sched.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "../folders.hpp"
#include "support/cores.hpp"

using lacuna::available_cores;
using lacuna::cgroup_cores;

namespace {

class Root : public lacuna::testing::TemporaryFolder {
 public:
  void add(const std::string& file, const std::string& text) const {
    const auto path = *this / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
  std::optional<int> cores() const { return cgroup_cores(path()); }
};

}  // namespace

TEST_CASE("cores: the affinity mask counts, not the machine") {
  cpu_set_t before, one;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  CHECK(available_cores() <= CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (std::size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
  CHECK(available_cores() == 1);
  REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
}

TEST_CASE("cores: a cgroup of version 2 limits, as does every one above it") {
  const Root root;
  CHECK_FALSE(root.cores());
  root.add("proc/self/cgroup", "0::/job/step");
  CHECK_FALSE(root.cores());
  root.add("sys/fs/cgroup/job/step/cpu.max", "max 100000");
  CHECK_FALSE(root.cores());
  root.add("sys/fs/cgroup/job/cpu.max", "350000 100000");
  CHECK(root.cores() == 4);  // three and a half
  root.add("sys/fs/cgroup/job/step/cpu.max", "20000 100000");
  CHECK(root.cores() == 1);
  root.add("sys/fs/cgroup/job/step/cpu.max", "nonsense");
  CHECK(root.cores() == 4);
}

TEST_CASE("cores: in a container only the top of its own cgroups is seen") {
  const Root root;
  root.add("proc/self/cgroup", "0::/docker/0123");
  root.add("sys/fs/cgroup/cpu.max", "200000 100000");
  CHECK(root.cores() == 2);
}

TEST_CASE("cores: a cgroup of version 1 limits") {
  const Root root;
  root.add("proc/self/cgroup", "5:memory:/job\n4:cpu,cpuacct:/job\n0::/");
  root.add("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
  root.add("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  CHECK_FALSE(root.cores());
  root.add("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "150000");
  CHECK(root.cores() == 2);
}
