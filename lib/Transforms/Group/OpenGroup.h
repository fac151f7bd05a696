//===- OpenGroup.h - Operations on their way into one kernel -----------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_GROUP_OPENGROUP_H
#define SHARDC_LIB_TRANSFORMS_GROUP_OPENGROUP_H

#include "shardc/Transforms/Group/KernelTable.h"
#include "llvm/ADT/MapVector.h"

namespace shardc {

/// Returns true if the result of `op` is its first operand's bytes: in another placement, marked, or later.
bool isAlias(mlir::Operation *op);

/// The group that operations join one after another, until it is closed and becomes a kernel.
///
/// Invariant: with k the number of rows, every value that is produced in the group and taken in it is written and read
/// at its row, that is, the k leading loops are the k leading dimensions on both sides.
class OpenGroup {
public:
  explicit OpenGroup(KernelTable &kernels) : kernels(kernels) {}

  bool empty() const { return ops.empty(); }
  /// Makes `value` another name of `original`.
  void addAlias(mlir::Value value, mlir::Value original) { aliases[value] = canonical(original); }
  /// Returns the value that `value` is another name of.
  mlir::Value canonical(mlir::Value value) const {
    auto found = aliases.find(value);
    return found == aliases.end() ? value : found->second;
  }
  /// Returns true if the group computes `value`, a canonical one.
  bool produces(mlir::Value value) const { return resultNumbers.contains(value); }
  bool canJoin(LowerableOpInterface op);
  void join(LowerableOpInterface op);

  struct Closed {
    mlir::FlatSymbolRefAttr kernel;
    llvm::SmallVector<mlir::Value> inputs;  ///< canonical
    llvm::SmallVector<mlir::Value> outputs; ///< canonical, results of the group's operations
  };
  /// Ends the group, which is not empty, and begins a new one.
  Closed close();

private:
  /// Returns the rows of the group with `op` in it; nothing if they do not fit.
  std::optional<llvm::SmallVector<int64_t>> joinedRows(const RowAccess &access) const;
  bool isUsedOutside(mlir::Value value) const;

  KernelTable &kernels;
  llvm::DenseMap<mlir::Value, mlir::Value> aliases;
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallPtrSet<mlir::Operation *, 16> members;
  llvm::SmallVector<int64_t> rows;
  llvm::SmallVector<int64_t> wiring;
  llvm::MapVector<mlir::Value, int64_t> inputNumbers;
  /// For each result of the group its number among all, and the leading dimensions at which it is written at its row.
  llvm::MapVector<mlir::Value, std::pair<int64_t, unsigned>> resultNumbers;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_GROUP_OPENGROUP_H
