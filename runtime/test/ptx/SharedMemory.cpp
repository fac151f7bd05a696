//===- SharedMemory.cpp - Shared memory that catches races ------------------===//

#include "SharedMemory.h"

using namespace shardrt::ptx;

SharedMemory::SharedMemory(int64_t bytes, const std::vector<std::pair<int64_t, int64_t>> &variables)
    : contents(size_t(bytes), char(0xcd)), uses(size_t(bytes), ByteUse{nobodys, 0, 0, 0}) {
  for (auto [offset, length] : variables)
    for (int64_t i = offset; i < offset + length && i < bytes; ++i)
      uses[size_t(i)] = ByteUse();
}
