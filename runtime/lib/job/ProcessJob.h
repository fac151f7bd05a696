//===- ProcessJob.h - A job whose ranks are processes -------------------------------===//
#ifndef SHARDRT_LIB_JOB_PROCESSJOB_H
#define SHARDRT_LIB_JOB_PROCESSJOB_H

#include "comm/Launcher.h"
#include "job/Job.h"

namespace shardrt {

/// Runs this process's rank, `launch.rank`, among the others. Prints its errors: what all ranks find wrong before the
/// first step once, what only some do with their numbers. Leaves the process where the others may not come back: after
/// the first step has begun, an error does not return.
Exit runProcess(const JobOptions &options, const Launch &launch);

} // namespace shardrt
#endif
