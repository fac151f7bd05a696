//===- KernelTarget.h - How a target runs the rows and the elements of a kernel ----------------===//
#ifndef SHARDC_CONVERSION_KERNELS_KERNELTARGET_H
#define SHARDC_CONVERSION_KERNELS_KERNELTARGET_H

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

  /// Returns how many elements one access takes, of a loop whose smallest and largest elements have so many bytes.
  virtual int64_t getVectorLength(int64_t smallest, int64_t largest) const = 0;
  /// Returns whether vectors must start at multiples of their length.
  virtual bool alignsVectors() const { return false; }
  /// Returns how many vectors of a reduction one thread should have under way at once.
  virtual int64_t getUnroll(int64_t most) const { return most; }
  /// Returns the bytes that a row may keep besides arguments and results.
  virtual int64_t getScratchLimit() const = 0;
  /// Returns how many copies there are of what rows are added to: one for each set of threads that works on a row. None
  /// means that one thread runs all rows, in order.
  virtual int64_t getNumCopies() const { return 0; }

  /// Returns whether rows that are spread run in a loop, for which functions take their number.
  virtual bool takesNumRows() const { return false; }

  /// Emits the loop over the rows [begin, end); `end` is null where nothing says how many there are and none is needed.
  virtual void emitRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                        llvm::function_ref<void(mlir::Value row)> body) = 0;
  /// Emits a loop over the positions begin, begin + step, ... below end.
  virtual Values emitLoop(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                          mlir::ValueRange carried, LoopBody body) = 0;
  /// The same, spread over the threads that work on a row: each carries values of its own.
  virtual Values emitElements(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                              mlir::ValueRange carried, LoopBody body) {
    return emitLoop(b, loc, begin, end, step, carried, body);
  }
  /// Returns a thread's positions of that loop where they are few and every thread has as many; nothing otherwise. What
  /// is loaded at one of them may then be kept for other loops of the row.
  virtual Values emitPositions(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step) {
    return {};
  }
  /// Emits what only one of the threads that work on a row shall do.
  virtual void emitOnce(mlir::OpBuilder &b, mlir::Location loc, llvm::function_ref<void()> body) { body(); }
  /// Combines the scalars of all threads that work on a row; each gets the result.
  virtual mlir::Value emitCombine(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                                  llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine) {
    return value;
  }
  /// Makes what the threads of a row have written visible to one another.
  virtual void emitSync(mlir::OpBuilder &b, mlir::Location loc) {}
  /// Allocates memory for one row, outside of the loop over rows.
  virtual mlir::Value emitScratch(mlir::OpBuilder &b, mlir::Location loc, int64_t elements, mlir::Type type) = 0;
  /// Returns the number of this thread's copy, below getNumCopies().
  virtual mlir::Value emitCopyNumber(mlir::OpBuilder &b, mlir::Location loc) { return {}; }
};

/// Emits `for (position = begin; position < end; position += step)`.
KernelTarget::Values emitStridedLoop(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                                     mlir::Value step, mlir::ValueRange carried, KernelTarget::LoopBody body);

/// Rows and elements one after another; vectors of `vectorBytes` bytes.
class CpuTarget : public KernelTarget {
public:
  explicit CpuTarget(int64_t vectorBytes) : vectorBytes(vectorBytes) {}

  /// Numbers of fewer than 4 bytes are computed with as float32. So vectors have one length in all kernels of a type,
  /// whatever they read: the order of a sum, which depends on it, is the same.
  int64_t getVectorLength(int64_t smallest, int64_t largest) const override {
    return vectorBytes / std::max<int64_t>(largest, 4);
  }
  /// On the stack, of which a thread may have as little as 2 MiB.
  int64_t getScratchLimit() const override { return int64_t(1) << 20; }
  void emitRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                llvm::function_ref<void(mlir::Value row)> body) override;
  Values emitLoop(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                  mlir::ValueRange carried, LoopBody body) override;
  mlir::Value emitScratch(mlir::OpBuilder &b, mlir::Location loc, int64_t elements, mlir::Type type) override;

private:
  int64_t vectorBytes;
};

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_KERNELS_KERNELTARGET_H
