//===- Training.h - What programs/Bigram.cpp must do, and what a run says it did -----------===//
#ifndef SHARDRT_TEST_TRAINING_H
#define SHARDRT_TEST_TRAINING_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardrt::test {

struct StepRecord {
  double loss, gradNorm, learningRate;
};

/// Returns the steps of a metrics file.
std::vector<StepRecord> readMetrics(const std::string &path);

/// The training of programs/Bigram.cpp in one piece, by its own loops; `final` gets the table that comes out.
std::vector<StepRecord> trainBigram(const std::string &tokenBytes, uint64_t seed, int64_t steps,
                                    std::vector<float> *final = nullptr);

/// Returns raw tokens below 10, 100 of them.
std::string makeBigramTokens();

} // namespace shardrt::test
#endif
