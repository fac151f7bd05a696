//===- NoCudnn.cpp - A runtime that was built without cuDNN ----------------------===//

#include "cuda/Cudnn.h"
#include "program/Error.h"

using namespace shardrt;
using namespace shardrt::cuda;

[[noreturn]] static void refuse() {
  fail(Exit::NoDevice,
       "this shard-run was built without cuDNN: build it where the headers of cuDNN and of its frontend are");
}

std::unique_ptr<Cudnn> cuda::openCudnn() {
  refuse();
}

std::unique_ptr<Cudnn> cuda::openCudnnWithoutGpu(const std::string &, int) {
  refuse();
}
