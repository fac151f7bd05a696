//===- Training.cpp - What programs/Bigram.cpp must do, and what a run says it did ---------===//

#include "Training.h"
#include "Process.h"
#include "job/Initialise.h"
#include "job/Schedule.h"
#include "program/Json.h"

#include <cmath>
#include <gtest/gtest.h>
#include <sstream>

using namespace shardrt;
using namespace shardrt::test;

std::vector<StepRecord> shardrt::test::readMetrics(const std::string &path) {
  std::vector<StepRecord> records;
  std::istringstream lines(readFile(path));
  for (std::string line; std::getline(lines, line);) {
    JsonDocument document(path, line);
    JsonView root = document.root();
    EXPECT_EQ(root["step"].integer(), static_cast<int64_t>(records.size()));
    EXPECT_GT(root["tokens_per_second"].real(), 0);
    records.push_back({root["loss"].real(), root["grad_norm"].real(), root["lr"].real()});
  }
  return records;
}

std::vector<StepRecord> shardrt::test::trainBigram(const std::string &tokenBytes, uint64_t seed, int64_t steps,
                                                   std::vector<float> *final) {
  Train train{4, 8, 3, 10, 3, 0.5, 0.05, 0.9, 0.95};
  NormalSource normal(seed, "table.weight");
  double table[10][10];
  for (int64_t i = 0; i < 100; ++i)
    table[i / 10][i % 10] = 0.5 * normal[i];
  std::vector<StepRecord> records;
  int64_t sample = 0, count = static_cast<int64_t>(tokenBytes.size()) / 2;
  for (int64_t step = 0; step < steps; ++step) {
    double gradient[10][10] = {}, loss = 0, squares = 0;
    for (int i = 0; i < 12; ++i, ++sample)
      for (int64_t t = 0; t < 8; ++t) {
        int64_t start = sample * 8 % (count - 9);
        int x = tokenBytes[static_cast<size_t>(2 * (start + t))],
            y = tokenBytes[static_cast<size_t>(2 * (start + t + 1))];
        double sum = 0;
        for (double logit : table[x])
          sum += std::exp(logit);
        loss += (std::log(sum) - table[x][y]) / 96;
        for (int j = 0; j < 10; ++j)
          gradient[x][j] += (std::exp(table[x][j]) / sum - (j == y)) / 96;
      }
    double rate = learningRate(step, train);
    for (int i = 0; i < 100; ++i) {
      squares += gradient[i / 10][i % 10] * gradient[i / 10][i % 10];
      table[i / 10][i % 10] -= rate * biasCorrection(step, 0.9) / biasCorrection(step, 0.95) * gradient[i / 10][i % 10];
    }
    records.push_back({loss, std::sqrt(squares), rate});
  }
  if (final)
    final->assign(&table[0][0], &table[0][0] + 100);
  return records;
}

std::string shardrt::test::makeBigramTokens() {
  std::string bytes;
  for (int i = 0; i < 100; ++i)
    bytes += {static_cast<char>((i * i + i / 7) % 10), '\0'};
  return bytes;
}
