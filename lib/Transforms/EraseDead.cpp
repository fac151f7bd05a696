//===- EraseDead.cpp - Erases what nobody uses -------------------------------------------------===//
#include "shardc/Transforms/EraseDead.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

void shardc::eraseDead(Block &block, ArrayRef<Value> live) {
  // From the last on, so that one pass is enough. The block's own reverse iterators do not point behind what is erased.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op) &&
        llvm::none_of(op.getResults(), [&](Value result) { return llvm::is_contained(live, result); }))
      op.erase();
}
