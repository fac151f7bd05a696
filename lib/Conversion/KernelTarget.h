//===- KernelTarget.h - How a target runs the rows and the elements of a kernel ----------------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_KERNELTARGET_H
#define SHARDC_LIB_CONVERSION_KERNELTARGET_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/ValueRange.h"

namespace shardc::codegen {

/// What the emitter leaves to the target: everything that spreads work. Bodies are the same for all targets.
class KernelTarget {
public:
  virtual ~KernelTarget() = default;

  using Values = llvm::SmallVector<mlir::Value>;
  /// Emits the body for one position; takes the values carried so far and returns the new ones.
  using LoopBody = llvm::function_ref<Values(mlir::Value position, mlir::ValueRange carried)>;

  /// Returns how many elements of `bytes` bytes one access takes.
  virtual int64_t getVectorLength(int64_t bytes) const = 0;
  /// Returns the bytes that a row may keep besides arguments and results.
  virtual int64_t getScratchLimit() const = 0;
  /// Emits the loop over the rows [begin, end).
  virtual void emitRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                        llvm::function_ref<void(mlir::Value row)> body) const = 0;
  /// Emits a loop over the positions begin, begin + step, ... below end.
  virtual Values emitElements(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                              mlir::ValueRange carried, LoopBody body) const = 0;
  /// Allocates memory for one row, outside of the loop over rows.
  virtual mlir::Value emitScratch(mlir::OpBuilder &b, mlir::Location loc, int64_t elements, mlir::Type type) const = 0;
};

/// Rows and elements one after another; vectors of `vectorBytes` bytes.
class CpuTarget : public KernelTarget {
public:
  explicit CpuTarget(int64_t vectorBytes) : vectorBytes(vectorBytes) {}

  int64_t getVectorLength(int64_t bytes) const override { return vectorBytes / bytes; }
  /// On the stack, of which a thread may have as little as 2 MiB.
  int64_t getScratchLimit() const override { return int64_t(1) << 20; }
  void emitRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                llvm::function_ref<void(mlir::Value row)> body) const override;
  Values emitElements(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                      mlir::ValueRange carried, LoopBody body) const override;
  mlir::Value emitScratch(mlir::OpBuilder &b, mlir::Location loc, int64_t elements, mlir::Type type) const override;

private:
  int64_t vectorBytes;
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_KERNELTARGET_H
