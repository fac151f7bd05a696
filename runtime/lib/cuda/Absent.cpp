//===- Absent.cpp - No GPUs: the runtime was built where CUDA's headers were missing -===//

#include "Device.h"
#include "Error.h"

using namespace shardrt;

std::unique_ptr<Device> shardrt::createCudaDevice(const Program &) {
  fail(Exit::NoDevice, "the program runs on a GPU, this shard-run was built without CUDA: build it where CUDA's headers are");
}
