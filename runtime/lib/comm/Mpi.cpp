//===- Mpi.cpp - Messages by MPI --------------------------------------------------===//

#include "comm/Mpi.h"

#include <chrono>
#include <sched.h>
#include <thread>

using namespace shardrt;

/// Two ranks meet in the same order in all groups that they share, so that no two messages need to be told apart.
static constexpr int tag = 0;

void MpiMessenger::receive(int64_t rank, void *data, int64_t bytes) {
  succeeded(library.irecv(data, static_cast<int>(bytes), library.byte, static_cast<int>(rank), tag, comm,
                          &requests[static_cast<size_t>(rank)]));
}

void MpiMessenger::send(int64_t rank, const void *data, int64_t bytes) {
  succeeded(library.isend(data, static_cast<int>(bytes), library.byte, static_cast<int>(rank), tag, comm,
                          &requests[static_cast<size_t>(ranks + rank)]));
}

bool MpiMessenger::complete() {
  for (int idle = 0; !aborted.load(std::memory_order_relaxed); ++idle) {
    bool waiting = false;
    for (MpiLibrary::Handle &request : requests) {
      if (request == 0)
        continue;
      int done = 0;
      if (!succeeded(library.test(&request, &done, library.ignoreStatus)))
        break;
      waiting |= done == 0;
      if (done)
        request = 0;
    }
    if (!waiting && !aborted.load(std::memory_order_relaxed))
      return true;
    relax(idle);
  }
  withdraw();
  return false;
}

/// Makes MPI forget the messages under way: their memory may go away.
void MpiMessenger::withdraw() {
  for (size_t i = 0; i < requests.size(); ++i) {
    if (requests[i] == 0)
      continue;
    if (i < static_cast<size_t>(ranks))
      library.cancel(&requests[i]);
    library.requestFree(&requests[i]);
    requests[i] = 0;
  }
}

/// Returns whether `code` is success; otherwise nothing succeeds any more.
bool MpiMessenger::succeeded(int code) {
  if (code == 0)
    return true;
  if (failure.empty())
    failure = library.explain(code);
  abort();
  return false;
}

/// Lets others run, for the longer the longer nothing has happened.
void MpiMessenger::relax(int idle) const {
  if (idle > 4000)
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  else if (crowded || idle > 1000)
    sched_yield();
}
