//===- InitialiseTest.cpp - Parameters from a seed -------------------------------------===//

#include "job/Initialise.h"
#include "program/Platform.h"
#include "program/Shard.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace shardrt;

namespace {

Manifest manifestOn(int64_t tp, int64_t dp, std::vector<std::vector<std::string>> sharding, shardrt_dtype dtype) {
  Manifest manifest{};
  manifest.dtype = dtype;
  manifest.mesh = Mesh({{"dp_shard", dp}, {"tp", tp}});
  manifest.initializerRange = 0.02;
  Parameter weight{"layer.weight", {10, 7}, std::move(sharding), {}, 64, Init::Normal, {}};
  for (size_t d = 0; d < 2; ++d)
    weight.localShape.push_back(shardRange(weight.shape[d], weight.sharding[d], manifest.mesh, 0).local);
  manifest.parameters = {weight};
  manifest.arenaBytes = 8192;
  return manifest;
}

/// Puts the shards of all ranks together.
template <typename T> std::vector<T> assemble(const Manifest &manifest, uint64_t seed) {
  std::unique_ptr<Platform> platform = createCpuPlatform();
  Device &device = platform->getDevice(0);
  std::vector<T> whole(70, T(99));
  for (int64_t rank = 0; rank < manifest.mesh.size(); ++rank) {
    std::vector<char> arena(8192);
    Progress progress;
    initialise(manifest, seed, rank, 1, device, arena.data(), progress);
    auto *local = reinterpret_cast<const T *>(arena.data() + 64);
    int64_t valid = 0;
    forEachRun(manifest.parameters[0], manifest.mesh, rank, [&](const ShardRun &run) {
      std::copy_n(local + run.local, run.count, whole.begin() + run.global);
      valid += run.count;
    });
    int64_t nonZero = 0;
    for (size_t i = 0; i < (8192 - 64) / sizeof(T); ++i)
      nonZero += local[i] != 0;
    EXPECT_EQ(nonZero, valid) << "padding must stay zero";
  }
  return whole;
}

TEST(InitialiseTest, IsTheSameOnEveryMesh) {
  std::vector<double> whole = assemble<double>(manifestOn(1, 1, {{}, {}}, SHARDRT_F64), 7);
  EXPECT_EQ(whole, assemble<double>(manifestOn(1, 4, {{"dp_shard"}, {}}, SHARDRT_F64), 7));
  EXPECT_EQ(whole, assemble<double>(manifestOn(2, 3, {{"dp_shard"}, {"tp"}}, SHARDRT_F64), 7));
  EXPECT_EQ(whole, assemble<double>(manifestOn(4, 2, {{"tp", "dp_shard"}, {}}, SHARDRT_F64), 7));
  EXPECT_EQ(whole, assemble<double>(manifestOn(8, 2, {{}, {"tp", "dp_shard"}}, SHARDRT_F64), 7));
  std::vector<float> rounded = assemble<float>(manifestOn(2, 1, {{"tp"}, {}}, SHARDRT_F32), 7);
  for (size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(rounded[i], static_cast<float>(whole[i]));
}

TEST(InitialiseTest, DependsOnSeedAndName) {
  NormalSource source(1, "a"), same(1, "a"), seed(2, "a"), name(1, "b");
  EXPECT_EQ(source[5], same[5]);
  EXPECT_NE(source[5], seed[5]);
  EXPECT_NE(source[5], name[5]);
  EXPECT_NE(source[4], source[5]);
}

TEST(InitialiseTest, IsNormal) {
  NormalSource source(3, "weight");
  constexpr int64_t count = 200000;
  double sum = 0, squares = 0, fourths = 0, neighbours = 0;
  for (int64_t i = 0; i < count; ++i) {
    double x = source[i];
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
    neighbours += x * source[i + 1];
  }
  EXPECT_NEAR(sum / count, 0, 0.01);
  EXPECT_NEAR(squares / count, 1, 0.01);
  EXPECT_NEAR(fourths / count, 3, 0.06);
  EXPECT_NEAR(neighbours / count, 0, 0.01);
}

TEST(InitialiseTest, WritesOnesAndZeros) {
  Manifest manifest = manifestOn(2, 1, {{"tp"}, {}}, SHARDRT_F32);
  std::unique_ptr<Platform> platform = createCpuPlatform();
  Device &device = platform->getDevice(0);
  for (auto [init, expected] : {std::pair(Init::Ones, 35), {Init::Zeros, 0}}) {
    manifest.parameters[0].init = init;
    std::vector<char> arena(8192);
    Progress progress;
    initialise(manifest, 1, 1, 1, device, arena.data(), progress);
    auto *values = reinterpret_cast<const float *>(arena.data());
    EXPECT_EQ(std::count(values, values + 2048, 1.0f), expected);
    EXPECT_EQ(std::count(values, values + 2048, 0.0f), 2048 - expected);
  }
}

TEST(InitialiseTest, IsTheSameForAnyNumberOfThreads) {
  std::unique_ptr<Platform> platform = createCpuPlatform();
  Manifest manifest = manifestOn(1, 1, {{}, {}}, SHARDRT_F32);
  manifest.parameters[0].shape = manifest.parameters[0].localShape = {523, 751};
  auto bytes = static_cast<size_t>(64 + 4 * 523 * 751);
  std::vector<std::vector<char>> arenas;
  for (int64_t threads : {1, 2, 7}) {
    arenas.emplace_back(bytes);
    Progress progress;
    initialise(manifest, 3, 0, threads, platform->getDevice(0), arenas.back().data(), progress);
  }
  EXPECT_TRUE(arenas[0] == arenas[1]);
  EXPECT_TRUE(arenas[0] == arenas[2]);
  NormalSource normal(3, "layer.weight");
  auto *values = reinterpret_cast<const float *>(arenas[2].data() + 64);
  for (int64_t element : {0, 65535, 65536, 300000, 523 * 751 - 1})
    EXPECT_EQ(values[element], static_cast<float>(0.02 * normal[element])) << element;
}

} // namespace
