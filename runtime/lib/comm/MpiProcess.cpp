//===- MpiProcess.cpp - This process as one of MPI's --------------------------===//

#include "comm/MpiProcess.h"
#include "comm/Mpi.h"
#include "program/Error.h"

#include <thread>

using namespace shardrt;

MpiProcess::MpiProcess(const Launch &launch) {
  int provided = 0, mpiRank = 0, mpiSize = 0;
  check(library.initThread(nullptr, nullptr, MpiLibrary::funneled, &provided), "MPI_Init_thread");
  check(library.commRank(library.world, &mpiRank), "MPI_Comm_rank");
  check(library.commSize(library.world, &mpiSize), "MPI_Comm_size");
  // Communicators made of the world inherit this.
  check(library.commSetErrhandler(library.world, library.returnErrors), "MPI_Comm_set_errhandler");
  index = mpiRank;
  count = mpiSize;
  if (index == launch.rank && count == launch.size)
    return;
  finish();
  fail(Exit::Disagree,
       "{} ({} is {}), but {} says rank {} of {}: start the ranks with mpirun, or with srun --mpi=pmix or pmi2; or set "
       "MASTER_ADDR "
       "and MASTER_PORT for ranks that meet by TCP, or unset {} for ranks that are threads",
       launch.describe(), launch.sizeVariable, launch.size, library.version(), index, count, launch.sizeVariable);
}

void MpiProcess::check(int code, const char *function) const {
  if (code != 0)
    fail(Exit::PeerLost, "{}: {}", function, library.explain(code));
}

void MpiProcess::broadcast(void *data, size_t bytes) {
  check(library.bcast(data, static_cast<int>(bytes), library.byte, 0, library.world), "MPI_Bcast");
}

void MpiProcess::allGather(const void *mine, size_t bytes, void *all) {
  int length = static_cast<int>(bytes);
  check(library.allgather(mine, length, library.byte, all, length, library.byte, library.world), "MPI_Allgather");
}

/// The communicator is one whose messages meet no others'.
std::unique_ptr<Messenger> MpiProcess::connect(int64_t localRanks) {
  MpiLibrary::Handle comm = 0;
  check(library.commDup(library.world, &comm), "MPI_Comm_dup");
  bool crowded = localRanks > static_cast<int64_t>(std::thread::hardware_concurrency());
  return std::make_unique<MpiMessenger>(library, comm, count, crowded);
}

void MpiProcess::finish() {
  library.finalize();
}
