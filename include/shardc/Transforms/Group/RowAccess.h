//===- RowAccess.h - How an operation's loops run over rows ------------------------------------===//
#ifndef SHARDC_TRANSFORMS_GROUP_ROWACCESS_H
#define SHARDC_TRANSFORMS_GROUP_ROWACCESS_H

#include "mlir/IR/Block.h"
#include "shardc/Interfaces/OpInterfaces.h"

namespace shardc {

/// How an operation's loops run over rows.
struct RowAccess {
  unsigned numRows = 0;             ///< leading loops that may be rows
  llvm::SmallVector<int64_t> sizes; ///< of the leading loops, at least numRows
  /// For each operand and result the number of leading dimensions at which it is read or written only at the same row.
  llvm::SmallVector<unsigned> operands, results;
};

/// Lowers `op` into a block that is thrown away, and reads its loops.
RowAccess computeRowAccess(LowerableOpInterface op);

/// Returns the pairs (result, argument) of a kernel's body, which ends in a terminator of the results, that may share
/// bytes: one generic computes the result element by element and is the only reader of the argument, at the index that
/// it writes.
llvm::SmallVector<int64_t> computeInPlace(mlir::Block &body);

} // namespace shardc

#endif // SHARDC_TRANSFORMS_GROUP_ROWACCESS_H
