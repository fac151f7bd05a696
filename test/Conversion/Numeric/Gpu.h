//===- Gpu.h - Runs the GPU code of a kernel on the CPU -----------------------------------------------------------------------===//
#ifndef SHARDC_TEST_CONVERSION_GPU_H
#define SHARDC_TEST_CONVERSION_GPU_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardc::test {

struct LaunchShape {
  std::string function;
  int64_t grid, threads;
};

/// Runs the launches one after another, each with pointers into `memory`, then `integers`, then a workspace where it has bytes.
/// Returns what went wrong, or nothing.
std::string runOnGpu(const std::string &ptx, const std::vector<LaunchShape> &launches, int64_t workspaceBytes,
                     std::vector<char> &memory, const std::vector<char *> &pointers, const std::vector<int64_t> &integers);

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_GPU_H
