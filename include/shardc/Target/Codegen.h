//===- Codegen.h - From a program in the LLVM dialect to a program file ------------------------===//
#ifndef SHARDC_TARGET_CODEGEN_H
#define SHARDC_TARGET_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace shardc {

/// Prints the LLVM IR of a program after the phase `codegen`: the host's and, for a CPU, that of each kernel.
mlir::LogicalResult printLLVM(mlir::ModuleOp module, llvm::raw_ostream &os);

/// Prints the PTX of the kernels of a program for GPUs after the phase `codegen`, for the lowest of its architectures.
mlir::LogicalResult printPTX(mlir::ModuleOp module, llvm::raw_ostream &os);

/// Compiles a program after the phase `codegen` for its target and links it, in this process, into the shared object at
/// `path`. The same input gives the same bytes, whatever the path. The manifest records the CPU's resolved name and
/// features.
mlir::LogicalResult writeProgram(mlir::ModuleOp module, llvm::StringRef path);

} // namespace shardc

#endif // SHARDC_TARGET_CODEGEN_H
