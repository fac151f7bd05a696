//===- StopSignal.h - Signals that end a job after its step -------------------------===//
#ifndef SHARDRT_LIB_JOB_STOPSIGNAL_H
#define SHARDRT_LIB_JOB_STOPSIGNAL_H

#include <atomic>

namespace shardrt {

/// Returns the signal that asks this process to stop after the step, 0 while there is none.
const std::atomic<int> &getStopSignal();

/// Makes SIGINT and SIGTERM ask; one that comes two seconds after the first or later ends the process at once. A closed
/// pipe is an error of the write, not a
/// signal.
void catchStopSignals();

/// Makes them do nothing: the job is over, and a launcher that sees one rank end may send them to the others.
void ignoreStopSignals();

} // namespace shardrt
#endif
