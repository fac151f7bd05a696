//===- Compile.h - Programs for tests ----------------------------------------------------------===//
#ifndef SHARDC_TEST_CONVERSION_COMPILE_H
#define SHARDC_TEST_CONVERSION_COMPILE_H

#include "shardc/Target/Codegen.h"
#include "shardc/Conversion/Gpu/GpuCode.h"
#include <optional>

namespace shardc::test {

/// Compiles the text of a placed program to `path`. Messages go to `messages`.
mlir::LogicalResult compile(const std::string &text, const CodegenOptions &options, llvm::StringRef path,
                            std::string &messages);

/// Compiles the kernels of a program for a GPU; fails the test and returns nothing where that cannot be.
std::optional<GpuCode> compileForGpu(const std::string &text, llvm::StringRef architecture);

/// Compiles a program and opens it; fails the test and returns null where that cannot be.
void *compileAndOpen(const std::string &text, const CodegenOptions &options);

} // namespace shardc::test

#endif // SHARDC_TEST_CONVERSION_COMPILE_H
