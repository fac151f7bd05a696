//===- Absent.cpp - No GPUs: the runtime was built where CUDA's headers were missing -===//

#include "program/Error.h"
#include "program/Platform.h"

using namespace shardrt;

std::unique_ptr<Platform> shardrt::createCudaPlatform(const Program &, const PlatformOptions &) {
  fail(Exit::NoDevice,
       "the program runs on a GPU, this shard-run was built without CUDA: build it where CUDA's headers are");
}
