//===- Schedule.cpp - What changes from step to step ----------------------------===//

#include "job/Schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace shardrt;

double shardrt::learningRate(int64_t step, const Train &train) {
  auto s = static_cast<double>(step), warmup = static_cast<double>(train.warmupSteps);
  if (step >= train.steps)
    return train.minLearningRate;
  if (step < train.warmupSteps)
    return train.learningRate * (s + 1) / warmup;
  double done = (s - warmup) / std::max(1.0, static_cast<double>(train.steps) - 1 - warmup);
  return train.minLearningRate +
         0.5 * (1 + std::cos(std::numbers::pi * done)) * (train.learningRate - train.minLearningRate);
}

double shardrt::biasCorrection(int64_t step, double beta) {
  return 1 / (1 - std::pow(beta, static_cast<double>(step + 1)));
}
