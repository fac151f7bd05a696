//===- Compile.h - Programs for tests ----------------------------------------------------------===//
#ifndef SHARDC_TEST_CONVERSION_COMPILE_H
#define SHARDC_TEST_CONVERSION_COMPILE_H

#include "Gpu.h"
#include "shardc/Target/Codegen.h"
#include <optional>

namespace shardc::test {

/// Compiles the text of a placed program for a CPU to `path`. Messages go to `messages`.
mlir::LogicalResult compile(const std::string &text, const std::string &cpu, llvm::StringRef path,
                            std::string &messages);

/// What the first kernel of a program is on a GPU.
struct GpuKernel {
  std::string ptx;
  std::vector<Launch> launches;
  int64_t workspaceBytes = 0;
};
/// Compiles the kernels of a program, each of which a section launches, for a GPU; fails the test and returns nothing
/// where that cannot be.
std::optional<GpuKernel> compileForGpu(const std::string &text, llvm::StringRef architecture);

/// Compiles a program for a CPU and opens it; fails the test and returns null where that cannot be.
void *compileAndOpen(const std::string &text, const std::string &cpu);

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_COMPILE_H
