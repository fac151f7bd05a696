//===- Platform.cpp - What the ranks of a process run on ------------------------===//

#include "program/Platform.h"
#include "program/Program.h"

using namespace shardrt;

std::unique_ptr<Platform> shardrt::createPlatform(const Program &program, const PlatformOptions &options) {
  return program.getManifest().gpu ? createCudaPlatform(program, options) : createCpuPlatform();
}
