//===- GpuTarget.h - Rows and elements on the threads of a GPU ---------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_GPU_GPUTARGET_H
#define SHARDC_LIB_CONVERSION_GPU_GPUTARGET_H

#include "shardc/Conversion/Kernels/KernelPlan.h"
#include "shardc/Conversion/Kernels/KernelTarget.h"

namespace shardc::codegen {

/// How a kernel is spread: a block works on `rowsPerBlock` rows at a time, `lanes` threads on each.
struct GpuShape {
  int64_t lanes = 32;       ///< a power of two
  int64_t rowsPerBlock = 1; ///< more than one only where a row's threads are within a warp
  int64_t rowBlocks = 1;    ///< rows / rowsPerBlock
  int64_t grid = 1;         ///< blocks, each of which runs every grid'th of the rowBlocks
  bool loops = false;       ///< whether a block may run several of them

  int64_t threads() const { return lanes * rowsPerBlock; }
  /// Returns how many sets of threads work on rows at the same time.
  int64_t groups() const { return grid * rowsPerBlock; }
};

/// Reads a kernel as GpuTarget spreads it.
mlir::FailureOr<KernelPlan> planGpuKernel(exec::KernelOp kernel);

/// Chooses threads so that each has a few vectors of a row, and blocks so that partial sums over rows stay few.
GpuShape chooseShape(const KernelPlan &plan);

/// The innermost loop of a row is spread over its threads, in vectors of 16 bytes; loops around it run in each thread.
/// Reductions go through shuffles, and through shared memory between warps, in an order that is always the same.
class GpuTarget : public KernelTarget {
public:
  explicit GpuTarget(const GpuShape &shape) : shape(shape) {}

  int64_t getVectorLength(int64_t smallest, int64_t largest) const override { return 16 / smallest; }
  bool alignsVectors() const override { return true; }
  int64_t getUnroll(int64_t most) const override { return 1; }
  /// What a block has without asking for more, less what its threads exchange sums through.
  int64_t getScratchLimit() const override { return (48 << 10) - 1024; }
  int64_t getNumCopies() const override { return shape.groups(); }
  bool takesNumRows() const override { return shape.loops; }

  void emitRows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin, mlir::Value end,
                llvm::function_ref<void(mlir::Value row)> body) override;
  Values emitLoop(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                  mlir::ValueRange carried, LoopBody body) override;
  Values emitElements(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step,
                      mlir::ValueRange carried, LoopBody body) override;
  Values emitPositions(mlir::OpBuilder &b, mlir::Location loc, int64_t begin, int64_t end, int64_t step) override;
  void emitOnce(mlir::OpBuilder &b, mlir::Location loc, llvm::function_ref<void()> body) override;
  mlir::Value emitCombine(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                          llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine) override;
  void emitSync(mlir::OpBuilder &b, mlir::Location loc) override;
  mlir::Value emitScratch(mlir::OpBuilder &b, mlir::Location loc, int64_t elements, mlir::Type type) override;
  mlir::Value emitCopyNumber(mlir::OpBuilder &b, mlir::Location loc) override;

private:
  mlir::Value threadInBlock(mlir::OpBuilder &b, mlir::Location loc);
  mlir::Value blockInGrid(mlir::OpBuilder &b, mlir::Location loc);
  /// Returns the thread's position among those of its row.
  mlir::Value lane(mlir::OpBuilder &b, mlir::Location loc);
  mlir::Value shuffle(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value, int64_t distance);
  mlir::Value warpMask(mlir::OpBuilder &b, mlir::Location loc);

  GpuShape shape;
  llvm::DenseMap<mlir::Type, mlir::Value> exchange; ///< shared memory, an element for each warp
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_GPU_GPUTARGET_H
