//===- CommunicatorTest.cpp - What every communicator must do -------------------------===//
//
// The suite is a value-parameterised test over ways to make a world, which CommunicatorSetups.h finds.
//
//===------------------------------------------------------------------------===//

#include "CommunicatorSetups.h"
#include "comm/Collective.h"

#include <chrono>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <thread>

using namespace shardrt;
using namespace shardrt::test;

namespace {

class CommunicatorTest : public ::testing::TestWithParam<Setup> {
protected:
  const bool processes = GetParam().backend.process.has_value();
  const int64_t ranks = GetParam().ranks;
  std::unique_ptr<World> world = GetParam().backend.make(ranks);

  std::vector<int64_t> everyone() const {
    std::vector<int64_t> members(static_cast<size_t>(ranks));
    std::iota(members.begin(), members.end(), 0);
    return members;
  }
  /// Runs `body` on every rank, or on this process's, each in the group of `membersOf(rank)`.
  void onGroups(const std::function<std::vector<int64_t>(int64_t)> &membersOf,
                const std::function<void(Communicator &, int64_t)> &body) {
    if (processes) {
      int64_t rank = *GetParam().backend.process;
      return body(*world->join(rank, membersOf(rank)), rank);
    }
    std::vector<std::unique_ptr<Communicator>> ends;
    for (int64_t rank = 0; rank < ranks; ++rank)
      ends.push_back(world->join(rank, membersOf(rank)));
    std::vector<std::thread> threads;
    for (int64_t rank = 0; rank < ranks; ++rank)
      threads.emplace_back([&, rank] { body(*ends[static_cast<size_t>(rank)], rank); });
    for (std::thread &thread : threads)
      thread.join();
  }
  void onAllRanks(const std::function<void(Communicator &, int64_t)> &body) {
    onGroups([&](int64_t) { return everyone(); }, body);
  }
};

template <typename T>
constexpr int32_t dtypeOf = std::is_same_v<T, float>      ? SHARDRT_F32
                            : std::is_same_v<T, double>   ? SHARDRT_F64
                            : std::is_same_v<T, BFloat16> ? SHARDRT_BF16
                                                          : SHARDRT_I32;

template <typename T> std::vector<T> values(int64_t rank, int64_t count) {
  std::mt19937 random(static_cast<uint32_t>(rank + 1));
  std::vector<T> result;
  for (int64_t i = 0; i < count; ++i)
    result.push_back(static_cast<T>(std::normal_distribution<>(0, 1000)(random)));
  return result;
}

template <typename T> std::vector<T> reduced(int64_t ranks, int64_t count, int32_t reduction) {
  std::vector<T> first = values<T>(0, count), rounded;
  std::vector<Wide<T>> result(first.begin(), first.end());
  for (int64_t rank = 1; rank < ranks; ++rank) {
    std::vector<T> other = values<T>(rank, count);
    for (size_t i = 0; i < result.size(); ++i) {
      Wide<T> peer = other[i];
      result[i] = reduction == SHARDRT_MAX ? std::max(result[i], peer) : static_cast<Wide<T>>(result[i] + peer);
    }
  }
  for (Wide<T> number : result)
    rounded.push_back(T(number));
  return rounded;
}

/// An arena of T, with a segment's offsets given in elements.
template <typename T>
CollectiveStatus run(Communicator &group, shardrt_collective_kind kind, int32_t reduction, std::vector<T> &arena,
                     std::vector<shardrt_segment> segments, int32_t index = 0) {
  for (shardrt_segment &segment : segments) {
    segment.send *= static_cast<int64_t>(sizeof(T));
    segment.recv *= static_cast<int64_t>(sizeof(T));
  }
  shardrt_collective_desc desc{
      kind, reduction, dtypeOf<T>, 0, index, static_cast<int32_t>(segments.size()), segments.data(), "test"};
  return group.run(desc, reinterpret_cast<char *>(arena.data()));
}

template <typename T>
void allReduce(Communicator &group, int64_t rank, int64_t count, int32_t reduction, bool inPlace) {
  std::vector<T> arena = values<T>(rank, count);
  arena.resize(static_cast<size_t>(2 * count + 1), T(5));
  int64_t recv = inPlace ? 0 : count;
  ASSERT_EQ(run(group, SHARDRT_ALL_REDUCE, reduction, arena, {{0, recv, 1, count, count}}), CollectiveStatus::Ok);
  std::vector<T> mine = values<T>(rank, count), expected = reduced<T>(group.size(), count, reduction);
  for (int64_t i = 0; i < count; ++i) {
    ASSERT_EQ(arena[static_cast<size_t>(recv + i)], expected[static_cast<size_t>(i)]) << "element " << i;
    ASSERT_TRUE(inPlace || arena[static_cast<size_t>(i)] == mine[static_cast<size_t>(i)]);
  }
  ASSERT_EQ(arena.back(), T(5));
}

TEST_P(CommunicatorTest, KnowsItsPlace) {
  onAllRanks([&](Communicator &group, int64_t rank) {
    EXPECT_EQ(group.rank(), rank);
    EXPECT_EQ(group.size(), ranks);
  });
}

TEST_P(CommunicatorTest, AllReduceSumsInRankOrder) {
  for (int64_t count : {1, 3, 16, 17, 513, 5000})
    for (bool inPlace : {true, false})
      onAllRanks([&](Communicator &group, int64_t rank) {
        allReduce<float>(group, rank, count, SHARDRT_SUM, inPlace);
        allReduce<double>(group, rank, count, SHARDRT_SUM, inPlace);
        allReduce<int32_t>(group, rank, count, SHARDRT_SUM, inPlace);
        allReduce<BFloat16>(group, rank, count, SHARDRT_SUM, inPlace); // in float32, rounded once
      });
}

TEST_P(CommunicatorTest, AllReduceTakesTheMaximum) {
  onAllRanks([&](Communicator &group, int64_t rank) {
    allReduce<float>(group, rank, 100, SHARDRT_MAX, true);
    allReduce<double>(group, rank, 100, SHARDRT_MAX, false);
    allReduce<int32_t>(group, rank, 100, SHARDRT_MAX, true);
    allReduce<BFloat16>(group, rank, 100, SHARDRT_MAX, true);
  });
}

TEST_P(CommunicatorTest, ReductionsKeepWhatIsNoNumber) {
  onAllRanks([&](Communicator &group, int64_t rank) {
    for (int32_t reduction : {SHARDRT_SUM, SHARDRT_MAX}) {
      std::vector<float> arena{rank == group.size() - 1 ? NAN : 1.0f, 2.0f};
      ASSERT_EQ(run(group, SHARDRT_ALL_REDUCE, reduction, arena, {{0, 0, 1, 2, 2}}), CollectiveStatus::Ok);
      EXPECT_TRUE(std::isnan(arena[0]));
      EXPECT_FALSE(std::isnan(arena[1]));
    }
  });
}

TEST_P(CommunicatorTest, AllGatherLeavesPaddingOut) {
  for (int64_t total : {1, 7, 12, 64})
    for (int64_t outer : {1, 3})
      onAllRanks([&](Communicator &group, int64_t rank) {
        int64_t part = (total + ranks - 1) / ranks, size = outer * part;
        std::vector<double> arena = values<double>(rank, size);
        arena.resize(static_cast<size_t>(size + outer * total + 1), -1);
        ASSERT_EQ(run(group, SHARDRT_ALL_GATHER, 0, arena, {{0, size, outer, part, total}}), CollectiveStatus::Ok);
        for (int64_t peer = 0; peer < ranks; ++peer) {
          std::vector<double> sent = values<double>(peer, size);
          for (int64_t o = 0; o < outer; ++o)
            for (int64_t c = 0; c < part && peer * part + c < total; ++c)
              ASSERT_EQ(arena[static_cast<size_t>(size + o * total + peer * part + c)],
                        sent[static_cast<size_t>(o * part + c)]);
        }
        ASSERT_EQ(arena.back(), -1);
      });
}

TEST_P(CommunicatorTest, ReduceScatterWritesZerosIntoPadding) {
  for (int64_t total : {1, 7, 12, 1100})
    for (int64_t outer : {1, 3})
      onAllRanks([&](Communicator &group, int64_t rank) {
        int64_t part = (total + ranks - 1) / ranks, size = outer * total;
        std::vector<float> arena = values<float>(rank, size);
        arena.resize(static_cast<size_t>(size + outer * part + 1), -1);
        ASSERT_EQ(run(group, SHARDRT_REDUCE_SCATTER, SHARDRT_SUM, arena, {{0, size, outer, part, total}}),
                  CollectiveStatus::Ok);
        std::vector<float> expected = reduced<float>(ranks, size, SHARDRT_SUM);
        for (int64_t o = 0; o < outer; ++o)
          for (int64_t c = 0; c < part; ++c) {
            int64_t column = rank * part + c;
            ASSERT_EQ(arena[static_cast<size_t>(size + o * part + c)],
                      column < total ? expected[static_cast<size_t>(o * total + column)] : 0);
          }
        ASSERT_EQ(arena.back(), -1);
      });
}

TEST_P(CommunicatorTest, RunsAllSegmentsOfOneCall) {
  onAllRanks([&](Communicator &group, int64_t rank) {
    std::vector<float> arena(static_cast<size_t>(10 + ranks * 3), static_cast<float>(rank + 1));
    ASSERT_EQ(run(group, SHARDRT_ALL_GATHER, 0, arena, {{0, 10, 1, 1, ranks}, {1, 10 + ranks, 1, 2, 2 * ranks}}),
              CollectiveStatus::Ok);
    for (int64_t i = 0; i < ranks; ++i) {
      EXPECT_EQ(arena[static_cast<size_t>(10 + i)], static_cast<float>(i + 1));
      EXPECT_EQ(arena[static_cast<size_t>(10 + ranks + 2 * i + 1)], static_cast<float>(i + 1));
    }
    ASSERT_EQ(run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}, {1, 2, 1, 1, 1}}),
              CollectiveStatus::Ok);
    EXPECT_EQ(arena[0], static_cast<float>(ranks * (ranks + 1) / 2));
    EXPECT_EQ(arena[2], arena[0]);
    EXPECT_EQ(arena[1], static_cast<float>(rank + 1));
  });
}

TEST_P(CommunicatorTest, KeepsUpOverManyCalls) {
  onAllRanks([&](Communicator &group, int64_t) {
    std::vector<int32_t> arena{1};
    for (int32_t i = 0; i < 2000; ++i) {
      arena[0] = i;
      ASSERT_EQ(run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}}, i), CollectiveStatus::Ok);
      ASSERT_EQ(arena[0], i * static_cast<int32_t>(ranks));
    }
  });
}

TEST_P(CommunicatorTest, GroupsAreIndependent) {
  if (ranks % 2 != 0)
    return;
  auto pairOf = [](int64_t rank) { return std::vector<int64_t>{rank / 2 * 2 + 1, rank / 2 * 2}; }; // in reverse order
  onGroups(pairOf, [](Communicator &pair, int64_t rank) {
    EXPECT_EQ(pair.rank(), 1 - rank % 2);
    std::vector<double> arena{static_cast<double>(rank), 0, 0};
    for (int64_t i = 0; i < 10 * (rank / 2 + 1); ++i)
      EXPECT_EQ(run(pair, SHARDRT_ALL_GATHER, 0, arena, {{0, 1, 1, 1, 2}}), CollectiveStatus::Ok);
    EXPECT_EQ(arena[1], static_cast<double>(rank / 2 * 2 + 1));
    EXPECT_EQ(arena[2], static_cast<double>(rank / 2 * 2));
  });
}

TEST_P(CommunicatorTest, RefusesOtherCallsOfPeers) {
  if (ranks == 1)
    return; // one rank has no peers
  auto expectMismatch = [&](auto call, const std::string &words) {
    onAllRanks([&](Communicator &group, int64_t rank) {
      EXPECT_EQ(call(group, rank == ranks - 1), CollectiveStatus::Mismatch);
      EXPECT_NE(group.explainMismatch().find(words), std::string::npos) << group.explainMismatch();
    });
  };
  std::string last = "rank " + std::to_string(ranks - 1) + " at ";
  expectMismatch(
      [](Communicator &group, bool other) {
        std::vector<float> arena(64);
        return run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, other ? 9 : 8, other ? 9 : 8}}, 3);
      },
      last + "all_reduce #3 of 9 float32 (test)");
  expectMismatch(
      [&](Communicator &group, bool other) {
        std::vector<float> arena(static_cast<size_t>(64 + ranks));
        return run(group, other ? SHARDRT_REDUCE_SCATTER : SHARDRT_ALL_GATHER, SHARDRT_SUM, arena,
                   {{0, 32, 1, 1, ranks}}, 4);
      },
      last + "reduce_scatter #4");
  expectMismatch(
      [](Communicator &group, bool other) {
        std::vector<float> arena(64);
        return run(group, SHARDRT_ALL_REDUCE, other ? SHARDRT_MAX : SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}});
      },
      "disagree");
  expectMismatch(
      [](Communicator &group, bool other) {
        std::vector<float> arena(64);
        std::vector<int32_t> integers(64);
        return other ? run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, integers, {{0, 0, 1, 1, 1}})
                     : run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}});
      },
      last + "all_reduce #0 of 1 int32");
  expectMismatch(
      [](Communicator &group, bool other) {
        std::vector<float> arena(64);
        return run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}}, other ? 12 : 11);
      },
      last + "all_reduce #12");
}

TEST_P(CommunicatorTest, AbortWakesWhoWaits) {
  if (ranks == 1)
    return; // one rank waits for nobody
  auto start = std::chrono::steady_clock::now();
  onAllRanks([&](Communicator &group, int64_t rank) {
    std::vector<float> arena(1);
    ASSERT_EQ(run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}}), CollectiveStatus::Ok);
    auto abortSoon = [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      world->abort();
    };
    // Rank 0 stays away; that it does is told to threads by their world, to a process by a thread of its own.
    std::thread teller;
    if (rank == 0)
      abortSoon();
    else if (processes)
      teller = std::thread(abortSoon);
    EXPECT_EQ(run(group, SHARDRT_ALL_REDUCE, SHARDRT_SUM, arena, {{0, 0, 1, 1, 1}}), CollectiveStatus::PeerLost);
    EXPECT_EQ(run(group, SHARDRT_ALL_GATHER, 0, arena, {{0, 0, 1, 0, 0}}), CollectiveStatus::PeerLost);
    if (teller.joinable())
      teller.join();
  });
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

INSTANTIATE_TEST_SUITE_P(All, CommunicatorTest, ::testing::ValuesIn(findSetups()),
                         [](const auto &info) { return info.param.backend.name + std::to_string(info.param.ranks); });

} // namespace
