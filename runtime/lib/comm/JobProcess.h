//===- JobProcess.h - This process as one of a job's --------------------------------===//
#ifndef SHARDRT_LIB_COMM_JOBPROCESS_H
#define SHARDRT_LIB_COMM_JOBPROCESS_H

#include "comm/Bootstrap.h"
#include "comm/Launcher.h"
#include "comm/Messenger.h"

#include <chrono>
#include <memory>

namespace shardrt {

/// What connects the processes of a job: MPI, or TCP where the launcher says where to meet.
class JobProcess : public Bootstrap {
public:
  /// Returns what it goes through, for the banner.
  virtual std::string describe() const = 0;

  /// Makes ready for messages between any two processes; all call it. `localRanks` of them are on this machine.
  virtual std::unique_ptr<Messenger> connect(int64_t localRanks) = 0;

  /// Ends what was begun, when all processes have come. A process that fails leaves without.
  virtual void finish() = 0;
};

/// Begins, for the thread that calls it; once in a process's life. Where processes meet by TCP they wait for one
/// another for `patience`. Throws Error: NoDevice where MPI is needed and missing, Disagree where it does not know the
/// ranks that the launcher has started, PeerLost where some do not come.
std::unique_ptr<JobProcess> beginProcess(const Launch &launch, std::chrono::milliseconds patience);

} // namespace shardrt
#endif
