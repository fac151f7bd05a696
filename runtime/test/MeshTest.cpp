//===- MeshTest.cpp - Ranks, groups and shards -----------------------------------------===//

#include "program/Mesh.h"
#include "program/Shard.h"

#include <gtest/gtest.h>

using namespace shardrt;

namespace {

const Mesh mesh({{"dp_replicate", 1}, {"dp_shard", 2}, {"cp", 1}, {"tp", 3}});

TEST(MeshTest, CountsAlongTheLastAxisFirst) {
  EXPECT_EQ(mesh.size(), 6);
  EXPECT_EQ(mesh.coordinate(4, "dp_shard"), 1);
  EXPECT_EQ(mesh.coordinate(4, "tp"), 1);
  EXPECT_EQ(mesh.coordinate(5, "cp"), 0);
  EXPECT_EQ(mesh.position(4, {"tp", "dp_shard"}), 3);
  EXPECT_EQ(mesh.position(4, {}), 0);
  EXPECT_EQ(mesh.describe(), "dp_shard 2 x tp 3");
  EXPECT_EQ(Mesh({{"tp", 1}}).describe(), "one rank");
}

TEST(MeshTest, GroupsAreInOrderOfTheirAxes) {
  EXPECT_EQ(mesh.group(4, {"tp"}), (std::vector<int64_t>{3, 4, 5}));
  EXPECT_EQ(mesh.group(4, {"dp_shard"}), (std::vector<int64_t>{1, 4}));
  EXPECT_EQ(mesh.group(4, {"dp_shard", "tp"}), (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(mesh.group(4, {"tp", "dp_shard"}), (std::vector<int64_t>{0, 3, 1, 4, 2, 5}));
}

TEST(MeshTest, ShardsAreChunks) {
  Mesh four({{"a", 4}, {"b", 2}});
  int64_t lengths[] = {3, 3, 3, 1};
  for (int64_t rank = 0; rank < 8; ++rank) {
    ShardRange range = shardRange(10, {"a"}, four, rank);
    EXPECT_EQ(range.local, 3);
    EXPECT_EQ(range.begin, rank / 2 * 3);
    EXPECT_EQ(range.length, lengths[rank / 2]);
  }
}

TEST(MeshTest, ShardsOfTwoAxesCoverEachElementOnce) {
  for (int64_t extent : {1, 2, 5, 7, 10, 16, 33}) {
    Mesh grid({{"a", 4}, {"b", 3}});
    for (const std::vector<std::string> &axes : {std::vector<std::string>{"a", "b"}, {"b", "a"}}) {
      std::vector<int> seen(static_cast<size_t>(extent));
      for (int64_t rank = 0; rank < 12; ++rank) {
        ShardRange range = shardRange(extent, axes, grid, rank);
        ASSERT_LE(range.length, range.local);
        for (int64_t i = 0; i < range.length; ++i)
          ++seen[static_cast<size_t>(range.begin + i)];
      }
      EXPECT_EQ(seen, std::vector<int>(static_cast<size_t>(extent), 1)) << extent;
    }
  }
}

TEST(MeshTest, RunsAreAsLongAsTheyCanBe) {
  auto runs = [](std::vector<int64_t> shape, std::vector<std::vector<std::string>> sharding, int64_t rank) {
    Parameter parameter{"p", std::move(shape), std::move(sharding), {}, 0, Init::Zeros, {}};
    for (size_t d = 0; d < parameter.shape.size(); ++d)
      parameter.localShape.push_back(shardRange(parameter.shape[d], parameter.sharding[d], mesh, 0).local);
    std::vector<std::vector<int64_t>> result;
    forEachRun(parameter, mesh, rank,
               [&](const ShardRun &run) { result.push_back({run.global, run.local, run.count}); });
    return result;
  };
  using Runs = std::vector<std::vector<int64_t>>;
  EXPECT_EQ(runs({4, 6}, {{}, {}}, 3), (Runs{{0, 0, 24}}));
  EXPECT_EQ(runs({4, 6}, {{"dp_shard"}, {}}, 3), (Runs{{12, 0, 12}}));
  EXPECT_EQ(runs({2, 6}, {{}, {"tp"}}, 4), (Runs{{2, 0, 2}, {8, 2, 2}}));
  EXPECT_EQ(runs({2, 7}, {{}, {"tp"}}, 5), (Runs{{6, 0, 1}, {13, 3, 1}}));
  EXPECT_EQ(runs({2, 2, 3}, {{"dp_shard"}, {}, {"tp"}}, 4), (Runs{{7, 0, 1}, {10, 1, 1}}));
  EXPECT_EQ(runs({}, {}, 2), (Runs{{0, 0, 1}}));
  EXPECT_EQ(runs({2}, {{"tp"}}, 5), (Runs{}));
}

} // namespace
