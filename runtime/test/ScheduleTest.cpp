//===- ScheduleTest.cpp - Learning rate and bias corrections ---------------------------===//

#include "job/Schedule.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace shardrt;

namespace {

Train train(int64_t steps, int64_t warmup) {
  return {1, 1, 1, steps, warmup, 3e-3, 3e-4, 0.9, 0.95};
}

TEST(ScheduleTest, WarmsUpThenFallsAsACosine) {
  Train t = train(20, 4);
  EXPECT_EQ(learningRate(0, t), 3e-3 * 1 / 4);
  EXPECT_EQ(learningRate(3, t), 3e-3);
  EXPECT_EQ(learningRate(4, t), 3e-3);
  EXPECT_DOUBLE_EQ(learningRate(10, t), 3e-4 + 0.5 * (1 + std::cos(M_PI * 6 / 15)) * (3e-3 - 3e-4));
  EXPECT_DOUBLE_EQ(learningRate(19, t), 3e-4);
  EXPECT_EQ(learningRate(20, t), 3e-4);
  EXPECT_EQ(learningRate(1000, t), 3e-4);
}

TEST(ScheduleTest, WarmUpMayBeAbsentOrLongerThanTheRun) {
  EXPECT_EQ(learningRate(0, train(5, 0)), 3e-3);
  EXPECT_EQ(learningRate(4, train(5, 10)), 3e-3 * 5 / 10);
  EXPECT_EQ(learningRate(5, train(5, 10)), 3e-4);
  EXPECT_EQ(learningRate(0, train(1, 0)), 3e-3);
}

TEST(ScheduleTest, BiasCorrectionsAreReciprocals) {
  EXPECT_DOUBLE_EQ(biasCorrection(0, 0.9), 10);
  EXPECT_DOUBLE_EQ(biasCorrection(2, 0.5), 1 / 0.875);
  EXPECT_DOUBLE_EQ(biasCorrection(100000, 0.9), 1);
}

} // namespace
