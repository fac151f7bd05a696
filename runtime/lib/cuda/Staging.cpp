//===- Staging.cpp - Copies between the host's memory and the GPU's ------------------===//

#include "cuda/Staging.h"

#include <algorithm>
#include <cstring>

using namespace shardrt;
using namespace shardrt::cuda;

Staging::Staging(const Gpu &gpu, CUstream stream) : gpu(gpu), stream(stream) {
  void *allocated = nullptr;
  gpu.driver.check(gpu.driver.memHostAlloc(&allocated, static_cast<size_t>(bytes), 0),
                   "allocating {} bytes of page-locked memory", bytes);
  memory = static_cast<char *>(allocated);
}

Staging::~Staging() {
  gpu.driver.memFreeHost(memory);
}

void Staging::synchronize() {
  gpu.driver.check(gpu.driver.streamSynchronize(stream), "waiting for {}", gpu.getName());
  used = 0;
}

void Staging::store(CUdeviceptr to, const char *host, int64_t count) {
  while (count > 0) {
    if (used == bytes)
      synchronize();
    int64_t piece = std::min(count, bytes - used);
    std::memcpy(memory + used, host, static_cast<size_t>(piece));
    gpu.driver.check(gpu.driver.memcpyHtoDAsync(to, memory + used, static_cast<size_t>(piece), stream),
                     "copying {} bytes to {}", piece, gpu.getName());
    used += piece;
    to += static_cast<CUdeviceptr>(piece);
    host += piece;
    count -= piece;
  }
}

void Staging::fetch(char *host, CUdeviceptr from, int64_t count) {
  while (count > 0) {
    if (used == bytes)
      synchronize();
    int64_t piece = std::min(count, bytes - used);
    char *staged = memory + used;
    gpu.driver.check(gpu.driver.memcpyDtoHAsync(staged, from, static_cast<size_t>(piece), stream),
                     "copying {} bytes from {}", piece, gpu.getName());
    synchronize();
    std::memcpy(host, staged, static_cast<size_t>(piece));
    from += static_cast<CUdeviceptr>(piece);
    host += piece;
    count -= piece;
  }
}
