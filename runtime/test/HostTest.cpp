//===- HostTest.cpp - What the runtime learns of its machine --------------------------===//

#include "job/Host.h"
#include "program/Error.h"

#include <gtest/gtest.h>

using namespace shardrt;

namespace {

Manifest manifestFor(std::vector<std::string> features) {
  Manifest manifest{};
  manifest.targetKind = "cpu";
  manifest.cpu = "x86-64-v3";
  manifest.features = std::move(features);
  return manifest;
}

TEST(HostTest, KnowsTheFeaturesOfItsOwnLevel) {
  checkTarget(manifestFor({"64bit", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "x87", "+sse2", "-avx512f"}), "p");
  if (!__builtin_cpu_supports("avx2"))
    return;
  checkTarget(manifestFor({"avx", "avx2", "bmi", "bmi2", "crc32", "cx16", "f16c", "fma", "lzcnt", "movbe", "popcnt",
                           "sahf", "sse3", "sse4.1", "sse4.2", "ssse3", "xsave", "prfchw", "pclmul"}),
              "p");
  if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vnni"))
    checkTarget(manifestFor({"avx512f", "avx512vl", "avx512vbmi2", "avx512vnni"}), "p");
}

TEST(HostTest, RefusesFeaturesOfOtherMachines) {
  try {
    checkTarget(manifestFor({"sse2", "amx-avx512", "neon"}), "p");
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::NoDevice);
    EXPECT_STREQ(error.what(), "p: the program is for the CPU x86-64-v3, this one lacks amx-avx512, neon");
  }
}

TEST(HostTest, ComparesAllArenasWithTheMemory) {
  Manifest manifest{};
  manifest.arenaBytes = int64_t(3) << 30;
  manifest.memory = {{"parameters", int64_t(1) << 30}, {"optimizer", int64_t(2) << 30}};
  checkMemory(manifest, 4, 0, int64_t(12) << 30);
  try {
    checkMemory(manifest, 4, 0, (int64_t(12) << 30) - 1);
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.exit, Exit::NoFit);
    EXPECT_STREQ(
        error.what(),
        "4 ranks of 3.0 GiB each (parameters 1.0 GiB, optimizer 2.0 GiB) will not fit: this machine has 12.0 GiB left");
  }
  checkMemory(manifest, 4, 1 << 20, (int64_t(12) << 30) + (4 << 20));
  EXPECT_THROW(checkMemory(manifest, 4, 1 << 20, int64_t(12) << 30), Error);
}

TEST(HostTest, NamesTheMachine) {
  EXPECT_FALSE(machineId().empty());
  EXPECT_EQ(machineId(), machineId());
}

TEST(HostTest, MeasuresMemory) {
  EXPECT_GT(availableMemory(), 1 << 20);
  EXPECT_GT(residentMemory(), 1 << 20);
}

} // namespace
