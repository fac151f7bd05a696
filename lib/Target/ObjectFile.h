//===- ObjectFile.h - From LLVM modules to object files ----------------------------------------===//
#ifndef SHARDC_LIB_TARGET_OBJECTFILE_H
#define SHARDC_LIB_TARGET_OBJECTFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "shardc/Conversion/Kernels/CpuModel.h"
#include "llvm/IR/Module.h"
#include <vector>

namespace shardc::codegen {

/// A module of LLVM's with the context that it lives in, so that it can go to another thread.
struct CodeUnit {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  bool optimise = false; ///< -O3, or -O0 as straight lines of calls are
};

/// Translates a module in the LLVM dialect as a whole.
mlir::FailureOr<CodeUnit> translate(mlir::ModuleOp module, llvm::StringRef name, bool optimise);
/// Translates a module in the LLVM dialect into one unit for each function that it defines.
mlir::LogicalResult translateEachFunction(mlir::ModuleOp module, std::vector<CodeUnit> &units);

/// The bytes of an object file.
using ObjectFile = llvm::SmallString<0>;

/// Compiles all units, in parallel; the order of the result is theirs.
std::vector<ObjectFile> compile(std::vector<CodeUnit> &units, const CpuModel &cpu);

} // namespace shardc::codegen

#endif // SHARDC_LIB_TARGET_OBJECTFILE_H
