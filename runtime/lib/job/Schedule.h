//===- Schedule.h - What changes from step to step ------------------------------===//
#ifndef SHARDRT_LIB_JOB_SCHEDULE_H
#define SHARDRT_LIB_JOB_SCHEDULE_H

#include "program/Manifest.h"

namespace shardrt {

/// Returns the learning rate of `step`, counted from 0: linear warm-up, cosine to the least rate at the last step,
/// which then stays.
double learningRate(int64_t step, const Train &train);

/// Returns 1 / (1 - beta^(step + 1)).
double biasCorrection(int64_t step, double beta);

} // namespace shardrt
#endif
