//===- Platform.cpp - What the ranks of a process run on ------------------------===//

#include "Platform.h"
#include "Program.h"

using namespace shardrt;

std::unique_ptr<Platform> shardrt::createPlatform(const Program &program, int64_t ranks) {
  return program.getManifest().gpu ? createCudaPlatform(program, ranks) : createCpuPlatform();
}
