//===- Nccl.cpp - NCCL, opened at run time ----------------------------------------===//

#include "cuda/Nccl.h"

#include <cstdlib>
#include <cstring>

using namespace shardrt;
using namespace shardrt::cuda;

/// NCCL chooses an algorithm and a protocol for each size and machine, and with them the order of a sum.
static constexpr const char *pinned[][2] = {{"NCCL_ALGO", "Ring"}, {"NCCL_PROTO", "Simple"}};
/// With it NCCL adds an edge from the start of each collective to that of the next, on whatever communicator.
static constexpr const char *launchOrder = "NCCL_LAUNCH_ORDER_IMPLICIT", *sharing = "NCCL_MULTI_RANK_GPU_ENABLE";
static constexpr int leastSharingVersion = 23000;

std::string cuda::formatNcclVersion(int version) {
  return fmt::format("{}.{}.{}", version / 10000, version % 10000 / 100, version % 100);
}

static void setVariables() {
  for (const auto &[name, value] : pinned)
    setenv(name, value, 0);
  setenv(launchOrder, "1", 0);
  if (const char *set = getenv(launchOrder); strcmp(set, "1") != 0)
    fail(Exit::NoDevice, "{} is \"{}\", expected 1: the ranks' collectives must start in one order: unset it",
         launchOrder, set);
}

Nccl::Nccl() : library({"libnccl.so.2"}, "NCCL 2.28 or later, such as the package libnccl2") {
  setVariables();
  decltype(ncclGetVersion) *getVersion;
  library.find(getVersion, "ncclGetVersion");
  library.find(getErrorString, "ncclGetErrorString");
  library.find(getLastError, "ncclGetLastError");
  check(getVersion(&version), nullptr, "asking NCCL for its version");
  if (version < leastVersion)
    fail(Exit::NoDevice, "libnccl.so.2 is NCCL {}, expected {} or later: install a newer one",
         formatNcclVersion(version), formatNcclVersion(leastVersion));
  library.find(getUniqueId, "ncclGetUniqueId");
  library.find(commInitRankConfig, "ncclCommInitRankConfig");
  library.find(commSplit, "ncclCommSplit");
  library.find(commDestroy, "ncclCommDestroy");
  library.find(commAbort, "ncclCommAbort");
  library.find(commGetAsyncError, "ncclCommGetAsyncError");
  library.find(allReduce, "ncclAllReduce");
  library.find(allGather, "ncclAllGather");
  library.find(reduceScatter, "ncclReduceScatter");
  library.find(groupStart, "ncclGroupStart");
  library.find(groupEnd, "ncclGroupEnd");
  library.find(memAlloc, "ncclMemAlloc");
  library.find(memFree, "ncclMemFree");
}

std::string Nccl::describe() const {
  std::string variables;
  for (const auto &[name, value] : pinned)
    variables += fmt::format("{}{}={}", variables.empty() ? "" : ", ", name, getenv(name));
  return fmt::format("NCCL {} ({})", formatNcclVersion(version), variables);
}

bool Nccl::sharesGpus() const {
  const char *set = getenv(sharing);
  return version >= leastSharingVersion && set && strcmp(set, "1") == 0;
}

std::string Nccl::explain(ncclResult_t result, ncclComm_t comm) const {
  const char *last = getLastError(comm);
  return fmt::format("{}{}{}", getErrorString(result), last && *last ? ": " : "", last ? last : "");
}

void Nccl::failWith(ncclResult_t result, ncclComm_t comm, const std::string &doing) const {
  fail(result == ncclRemoteError ? Exit::PeerLost : Exit::NoDevice, "{}: NCCL says {}", doing, explain(result, comm));
}
