//===- NcclAbsent.cpp - The runtime was built where NCCL's header was missing --------===//

#include "cuda/NcclBackend.h"
#include "program/Error.h"

using namespace shardrt;

std::unique_ptr<cuda::NcclBackend> cuda::openNccl() {
  fail(Exit::NoDevice,
       "ranks on GPUs that are processes need NCCL, this shard-run was built without: build it where nccl.h is, or "
       "start all ranks of a GPU as threads of one process");
}
