//===- SectionValues.h - The values of a section and who takes them ----------------------------===//
//
// Views are other names of a value: what is asked here is asked of the value behind them, the result of a task or of an
// `exec.read`.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_ANALYSIS_SECTIONVALUES_H
#define SHARDC_ANALYSIS_SECTIONVALUES_H

#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {

/// Returns the value that `value` is a view of, through any number of views.
mlir::Value rootOf(mlir::Value value);

/// Answers `mayAlias` for many tasks: looks each kernel up once.
class AliasQuery {
public:
  explicit AliasQuery(mlir::ModuleOp module);
  bool mayAlias(exec::TaskOpInterface task, unsigned result, unsigned operand) const;

private:
  llvm::DenseMap<mlir::StringAttr, exec::KernelOp> kernels;
};

/// The uses of each root value of a section.
class SectionValues {
public:
  struct Use {
    exec::TaskOpInterface task;
    unsigned position; ///< of the task among all tasks of the section
    unsigned operand;
  };

  explicit SectionValues(exec::SectionOp section);

  unsigned getNumTasks() const { return tasks.size(); }
  exec::TaskOpInterface getTask(unsigned position) const { return tasks[position]; }
  unsigned positionOf(mlir::Operation *task) const { return positions.lookup(task); }
  /// Returns the uses of a root value by tasks, in list order.
  llvm::ArrayRef<Use> usesOf(mlir::Value root) const {
    auto found = uses.find(root);
    return found == uses.end() ? llvm::ArrayRef<Use>() : llvm::ArrayRef<Use>(found->second);
  }
  /// Returns the state that a root value is written to, if there is one.
  exec::WriteOp writeOf(mlir::Value root) const { return writes.lookup(root); }

private:
  llvm::SmallVector<exec::TaskOpInterface, 0> tasks;
  llvm::DenseMap<mlir::Operation *, unsigned> positions;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Use, 2>> uses;
  llvm::DenseMap<mlir::Value, exec::WriteOp> writes;
};

} // namespace shardc

#endif // SHARDC_ANALYSIS_SECTIONVALUES_H
