//===- Nccl.h - NCCL, opened at run time ------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_NCCL_H
#define SHARDRT_LIB_CUDA_NCCL_H

#include "cuda/Library.h"
#include "program/Error.h"

#include <nccl.h>

namespace shardrt::cuda {

/// The functions of libnccl.so.2 that the runtime calls, by the names and types of nccl.h.
class Nccl {
public:
  /// The least version, as NCCL counts: 10000 times the major number, 100 times the minor, the patch.
  static constexpr int leastVersion = 22800;

  /// Opens the library. Sets those of NCCL's variables that are unset to what a run needs to repeat its bits and to
  /// keep collectives in order; NCCL reads them later. Throws Error (NoDevice) where the library is missing or too old,
  /// or a variable forbids what the runtime relies on.
  Nccl();

  int getVersion() const { return version; }
  /// Returns the version and the variables that decide about sums, such as `NCCL 2.28.9 (NCCL_ALGO=Ring,
  /// NCCL_PROTO=Simple)`.
  std::string describe() const;
  /// Returns whether several ranks may share a GPU: from 2.30 on, where NCCL_MULTI_RANK_GPU_ENABLE is 1.
  bool sharesGpus() const;

  /// Throws Error where `result` is not success: what NCCL says of it, and what was being done. `comm` may be null.
  template <typename... Args>
  void check(ncclResult_t result, ncclComm_t comm, fmt::format_string<Args...> doing, Args &&...args) const {
    if (result != ncclSuccess)
      failWith(result, comm, fmt::format(doing, std::forward<Args>(args)...));
  }
  /// Returns what NCCL says of a result, and of the last error of `comm`.
  std::string explain(ncclResult_t result, ncclComm_t comm) const;

  decltype(ncclGetUniqueId) *getUniqueId;
  decltype(ncclCommInitRankConfig) *commInitRankConfig;
  decltype(ncclCommSplit) *commSplit;
  decltype(ncclCommDestroy) *commDestroy;
  decltype(ncclCommAbort) *commAbort;
  decltype(ncclCommGetAsyncError) *commGetAsyncError;
  decltype(ncclAllReduce) *allReduce;
  decltype(ncclAllGather) *allGather;
  decltype(ncclReduceScatter) *reduceScatter;
  decltype(ncclGroupStart) *groupStart;
  decltype(ncclGroupEnd) *groupEnd;
  decltype(ncclMemAlloc) *memAlloc;
  decltype(ncclMemFree) *memFree;

private:
  Library library;
  int version = 0;
  decltype(ncclGetErrorString) *getErrorString;
  decltype(ncclGetLastError) *getLastError;

  [[noreturn]] void failWith(ncclResult_t result, ncclComm_t comm, const std::string &doing) const;
};

/// Returns `2.28.9` for 22809.
std::string formatNcclVersion(int version);

} // namespace shardrt::cuda
#endif
