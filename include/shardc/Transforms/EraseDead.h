//===- EraseDead.h - Erases what nobody uses ---------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_ERASEDEAD_H
#define SHARDC_TRANSFORMS_ERASEDEAD_H

#include "mlir/IR/Block.h"

namespace shardc {

/// Erases the operations of a block that have no effect and whose results are neither read nor in `live`, and what is
/// not read without them.
void eraseDead(mlir::Block &block, llvm::ArrayRef<mlir::Value> live = {});

} // namespace shardc

#endif // SHARDC_TRANSFORMS_ERASEDEAD_H
