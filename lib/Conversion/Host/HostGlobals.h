//===- HostGlobals.h - Declarations and constants of the host code -----------------------------===//
#ifndef SHARDC_LIB_CONVERSION_HOST_HOSTGLOBALS_H
#define SHARDC_LIB_CONVERSION_HOST_HOSTGLOBALS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "shardc/Conversion/Host/Groups.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc::codegen {

/// The symbols that the functions of a module refer to, each made once.
class HostGlobals {
public:
  HostGlobals(mlir::ModuleOp host, const Groups &groups)
      : builder(host.getLoc(), host.getContext()), host(host), groups(groups) {}

  /// Declares a function of the runtime or a kernel.
  mlir::LLVM::LLVMFuncOp declare(llvm::StringRef name, mlir::LLVM::LLVMFunctionType type);
  /// The elements of a tensor, as bytes in memory.
  mlir::LLVM::GlobalOp constant(mlir::DenseElementsAttr elements);
  /// A string that ends in zero.
  mlir::LLVM::GlobalOp text(llvm::StringRef text);
  /// The shardrt_collective_desc of a collective whose segments are `segments`, five numbers each.
  mlir::LLVM::GlobalOp collective(exec::CollectiveOp op, mlir::ArrayRef<int64_t> segments);

private:
  /// Creates a symbol after those created before, ahead of all functions with a body.
  template <typename Op, typename... Args> Op create(Args &&...args) {
    last ? builder.setInsertionPointAfter(last) : builder.setInsertionPointToStart(host.getBody());
    auto op = Op::create(builder, std::forward<Args>(args)...);
    last = op;
    return op;
  }
  mlir::LLVM::GlobalOp array(mlir::DenseElementsAttr elements, llvm::StringRef prefix);

  mlir::ImplicitLocOpBuilder builder;
  mlir::ModuleOp host;
  mlir::Operation *last = nullptr;
  const Groups &groups;
  llvm::StringMap<mlir::LLVM::LLVMFuncOp> functions;
  llvm::StringMap<mlir::LLVM::GlobalOp> texts;
  llvm::DenseMap<mlir::Attribute, mlir::LLVM::GlobalOp> constants;
  int64_t numGlobals = 0;
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_HOST_HOSTGLOBALS_H
