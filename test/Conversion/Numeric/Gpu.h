//===- Gpu.h - Runs the GPU code of a kernel on the CPU ----------------------------------------===//
#ifndef SHARDC_TEST_CONVERSION_GPU_H
#define SHARDC_TEST_CONVERSION_GPU_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardc::test {

/// A launch with some of the kernel's operands, and numbers behind them.
struct Launch {
  std::string function;
  int64_t grid, threads;
  std::vector<unsigned> operands;
  std::vector<int64_t> numbers;
};

/// Runs the launches one after another. The operands are pointers into `memory`, `integers`, and a workspace where it
/// has bytes. Returns what went wrong, or nothing.
std::string runOnGpu(const std::string &ptx, const std::vector<Launch> &launches, int64_t workspaceBytes,
                     std::vector<char> &memory, const std::vector<char *> &pointers,
                     const std::vector<int64_t> &integers);

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_GPU_H
