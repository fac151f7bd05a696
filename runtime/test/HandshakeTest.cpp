//===- HandshakeTest.cpp - Ranks that agree and ranks that do not ---------------------===//

#include "job/Handshake.h"
#include "comm/Local.h"
#include "program/Error.h"

#include <functional>
#include <gtest/gtest.h>
#include <thread>

using namespace shardrt;

namespace {

void onRanks(int64_t ranks, const std::function<void(Agreement &, int64_t)> &body) {
  LocalWorld world(ranks);
  std::vector<int64_t> everyone;
  for (int64_t rank = 0; rank < ranks; ++rank)
    everyone.push_back(rank);
  std::vector<std::unique_ptr<Communicator>> ends;
  std::vector<std::unique_ptr<Agreement>> agreements;
  std::vector<Progress> progress(static_cast<size_t>(ranks));
  for (int64_t rank = 0; rank < ranks; ++rank) {
    ends.push_back(world.join(rank, everyone));
    agreements.push_back(std::make_unique<Agreement>(*ends.back(), progress[static_cast<size_t>(rank)]));
  }
  std::vector<std::thread> threads;
  for (int64_t rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] { body(*agreements[static_cast<size_t>(rank)], rank); });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(HandshakeTest, AcceptsEqualFacts) {
  for (int64_t ranks : {1, 4})
    onRanks(ranks, [](Agreement &agreement, int64_t) {
      EXPECT_TRUE(agreement.shakeHands({{"program", 0x123456789abcdef0}, {"seed", 7}}));
    });
}

TEST(HandshakeTest, NamesRankAndFactOnEveryRank) {
  onRanks(4, [](Agreement &agreement, int64_t rank) {
    try {
      agreement.shakeHands({{"program", 0x9f3a}, {"seed", rank == 2 ? uint64_t(0x500000007) : 7}});
      ADD_FAILURE();
    } catch (const Error &error) {
      EXPECT_EQ(error.exit, Exit::Disagree);
      EXPECT_STREQ(error.what(), "ranks disagree on the seed: rank 2 has 500000007, rank 0 has 7");
    }
  });
}

TEST(HandshakeTest, NamesAllRanksThatDiffer) {
  auto expect = [](int64_t ranks, const std::function<uint64_t(int64_t)> &valueOf, const char *sentence) {
    onRanks(ranks, [&](Agreement &agreement, int64_t rank) {
      try {
        agreement.shakeHands({{"program", valueOf(rank)}, {"seed", static_cast<uint64_t>(rank)}});
        ADD_FAILURE();
      } catch (const Error &error) {
        EXPECT_STREQ(error.what(), sentence);
      }
    });
  };
  expect(
      4, [](int64_t rank) { return rank < 2 ? 0xa : uint64_t(0xb + rank); },
      "ranks disagree on the program: rank 2 has d, rank 3 has e, rank 0 has a");
  expect(
      12, [](int64_t rank) { return rank == 0 ? 0xa : 0xb; },
      "ranks disagree on the program: rank 1 has b, rank 2 has b, rank 3 has b, rank 4 has b, rank 5 has b, rank 6 has "
      "b, "
      "rank 7 has b, rank 8 has b, 3 more have others, rank 0 has a");
}

TEST(HandshakeTest, AgreesOnTheGreatest) {
  onRanks(3, [](Agreement &agreement, int64_t rank) {
    EXPECT_EQ(agreement.maximum(rank == 1 ? 15 : 0), 15);
    EXPECT_EQ(agreement.maximum(0), 0);
  });
}

} // namespace
