//===- KernelTable.h - Kernels out of groups of operations -------------------------------------===//
#ifndef SHARDC_TRANSFORMS_GROUP_KERNELTABLE_H
#define SHARDC_TRANSFORMS_GROUP_KERNELTABLE_H

#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Transforms/Group/RowAccess.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace shardc {

/// Operations that become one kernel, in order.
struct KernelGroup {
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<int64_t> rows;
  /// For each operand of each operation, in order: the index of an input, or -1 - n for the n-th of the results of all
  /// operations.
  llvm::SmallVector<int64_t> wiring;
  llvm::SmallVector<mlir::Type> inputs; ///< types of values from outside, without encodings
  llvm::SmallVector<int64_t> outputs;   ///< those of the results of all operations that are used outside
};

/// Builds the results of a kernel from its arguments.
using KernelBuilder = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::OpBuilder &, mlir::ValueRange)>;

/// The kernels of a module; equal ones are one. A group that equals an earlier one but for its values is found by its
/// signature, without lowering it again; others that lower to the same text by that.
class KernelTable {
public:
  explicit KernelTable(mlir::ModuleOp module);

  /// Returns how the rows of `op` are accessed.
  const RowAccess &getRowAccess(LowerableOpInterface op);
  /// Returns the kernel that computes `group`.
  mlir::FlatSymbolRefAttr getKernel(const KernelGroup &group);
  /// Returns the kernel of this body; `name` is what it is called if it is new.
  mlir::FlatSymbolRefAttr getKernel(mlir::Location loc, llvm::StringRef name, mlir::TypeRange inputs,
                                    llvm::ArrayRef<int64_t> rows, int64_t flops, KernelBuilder build);
  unsigned size() const { return byText.size(); }

private:
  mlir::Attribute signatureOf(mlir::Operation *op);

  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Operation *, mlir::Attribute> signatures;
  llvm::DenseMap<mlir::Attribute, RowAccess> rowAccesses;
  llvm::DenseMap<mlir::Attribute, mlir::FlatSymbolRefAttr> bySignature;
  llvm::StringMap<mlir::FlatSymbolRefAttr> byText;
  llvm::StringMap<unsigned> numNamed;
  llvm::StringSet<> taken; ///< names of symbols
};

} // namespace shardc

#endif // SHARDC_TRANSFORMS_GROUP_KERNELTABLE_H
