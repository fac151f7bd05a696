//===- NoGpuRunner.cpp - A runtime that was built without CUDA has no GPU ----------===//

#include "KernelRunner.h"
#include "program/Error.h"

std::unique_ptr<shardrt::KernelRunner> shardrt::createGpuRunner() {
  fail(Exit::NoDevice, "the tests were built without CUDA's headers: build them with, or leave out --gpu");
}
