//===- CpuModel.h - The CPU that a program is compiled for -------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_CPUMODEL_H
#define SHARDC_CONVERSION_KERNELS_CPUMODEL_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Target/TargetMachine.h"

namespace shardc::codegen {

struct CpuModel {
  std::string name;                            ///< as LLVM knows it
  llvm::SmallVector<llvm::StringRef> features; ///< those that its kernels may use
  int64_t vectorBytes = 16;                    ///< of a vector register

  std::unique_ptr<llvm::TargetMachine> createTargetMachine(llvm::CodeGenOptLevel level) const;
};

/// Resolves a name that LLVM knows, or `native`: the highest level of x86-64 that this machine has, so that the same
/// program comes out on machines of one level.
mlir::FailureOr<CpuModel> resolveCpu(llvm::StringRef name, mlir::Location loc);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_KERNELS_CPUMODEL_H
