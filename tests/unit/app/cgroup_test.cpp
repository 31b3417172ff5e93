#include "sidecar/app/cgroup.hpp"

#include <gtest/gtest.h>

#include "folder.hpp"

namespace sidestream {
namespace {

TEST(Cgroups, UsesTheRootInsideAContainer) {
  const test::Folder folder;
  folder.write("proc/self/cgroup", "0::/\n");
  folder.write("sys/fs/cgroup/memory.max", "67108864\n");
  folder.write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  const Cgroups cgroups(folder.path());
  EXPECT_EQ(cgroups.memory(), 67108864u);
  EXPECT_EQ(cgroups.cpus(), 1.5);
}

TEST(Cgroups, UsesTheSmallestLimitOfTheParents) {
  const test::Folder folder;
  folder.write("proc/self/cgroup", "0::/system.slice/sidestream.service\n");
  folder.write("sys/fs/cgroup/system.slice/sidestream.service/memory.max", "max\n");
  folder.write("sys/fs/cgroup/system.slice/sidestream.service/cpu.max", "200000 100000\n");
  folder.write("sys/fs/cgroup/system.slice/memory.max", "1073741824\n");
  folder.write("sys/fs/cgroup/system.slice/cpu.max", "max 100000\n");
  const Cgroups cgroups(folder.path());
  EXPECT_EQ(cgroups.memory(), 1073741824u);
  EXPECT_EQ(cgroups.cpus(), 2.0);
}

TEST(Cgroups, ReadsVersion1) {
  const test::Folder folder;
  folder.write("proc/self/cgroup", "5:memory:/kubepods/pod1\n3:cpu,cpuacct:/kubepods/pod1\n0::/\n");
  // The path is the host's; the container sees its own group as the root.
  folder.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
  folder.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
  folder.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  const Cgroups cgroups(folder.path());
  EXPECT_EQ(cgroups.memory(), 134217728u);
  EXPECT_EQ(cgroups.cpus(), 0.5);
}

TEST(Cgroups, ReportsNoLimit) {
  const test::Folder folder;
  EXPECT_EQ(Cgroups(folder.path()).memory(), std::nullopt);
  folder.write("proc/self/cgroup", "5:memory:/\n4:cpu:/\n");
  folder.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  folder.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  folder.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Cgroups(folder.path()).memory(), std::nullopt);
  EXPECT_EQ(Cgroups(folder.path()).cpus(), std::nullopt);
}

}  // namespace
}  // namespace sidestream
