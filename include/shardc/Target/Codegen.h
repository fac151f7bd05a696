//===- Codegen.h - From a placed program to a program file -------------------------------------===//
#ifndef SHARDC_TARGET_CODEGEN_H
#define SHARDC_TARGET_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "shardc/Conversion/Gpu/GpuCode.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace shardc {

struct CodegenOptions {
  /// `native`, or a name that LLVM knows (x86-64-v3); the manifest records the resolved name and features.
  std::string cpu = "native";
  /// cpu, or cuda: kernels are then compiled as `gpu` says, and `cpu` is that of the host code.
  std::string target = "cpu";
  GpuOptions gpu;
  /// What is computed in, for the manifest: float32, bfloat16 or float64.
  std::string computeDtype = "float32";
  /// The recipe's `train`, for the manifest.
  llvm::json::Object train;
};

/// Prints the LLVM IR of all modules (kernels, host) of a placed program.
mlir::LogicalResult printLLVM(mlir::ModuleOp module, const CodegenOptions &options, llvm::raw_ostream &os);

/// Compiles a placed program and links it, in this process, into the shared object at `path`. The same input gives the
/// same bytes, whatever the path.
mlir::LogicalResult writeProgram(mlir::ModuleOp module, const CodegenOptions &options, llvm::StringRef path);

} // namespace shardc

#endif // SHARDC_TARGET_CODEGEN_H
