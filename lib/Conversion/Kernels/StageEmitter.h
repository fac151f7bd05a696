//===- StageEmitter.h - The code of one stage of one row ---------------------------------------===//
#ifndef SHARDC_LIB_CONVERSION_KERNELS_STAGEEMITTER_H
#define SHARDC_LIB_CONVERSION_KERNELS_STAGEEMITTER_H

#include "mlir/IR/IRMapping.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"
#include "shardc/Conversion/Kernels/KernelTarget.h"
#include "shardc/Conversion/Kernels/Lanes.h"

namespace shardc::codegen {

/// What the stages of a row share.
struct Frame {
  Frame(const KernelPlan &plan, KernelTarget &target, mlir::OpBuilder &b)
      : plan(plan), target(target), b(b), loc(plan.getKernel().getLoc()) {}

  const KernelPlan &plan;
  KernelTarget &target;
  mlir::OpBuilder &b;
  mlir::Location loc;
  /// Scalars outside of all nodes.
  mlir::IRMapping scalars;
  /// Where each slot lies, nothing where it has no memory: the argument, all results that it is, or its scratch.
  llvm::SmallVector<llvm::SmallVector<mlir::Value, 1>> memory;
  /// The row, and its coordinates along the kernel's rows; null in the prologue.
  mlir::Value row;
  llvm::SmallVector<mlir::Value> rowCoordinates;
  /// Values of slots that are one scalar: arguments of one element, values of a row.
  llvm::DenseMap<unsigned, mlir::Value> scalarOf;
  /// Elements that a thread has loaded or computed at one of its positions, for loops of the same sizes and vectors.
  struct Registers {
    llvm::SmallVector<int64_t> inner;
    int64_t width, position;
    llvm::SmallVector<std::pair<Access, Lane>> elements;
  };
  std::vector<Registers> registers;
  /// Of slots that are one sum over all rows: memory for what rounding has added to it so far.
  llvm::DenseMap<unsigned, mlir::Value> roundingOf;
};

/// Emits one loop nest for all nodes of a stage.
class StageEmitter {
public:
  StageEmitter(Frame &frame, mlir::ArrayRef<unsigned> nodes);

  void emit() { emitLevel(0); }

private:
  /// A reduction in registers: one value for each vector of an unrolled step, and one for the elements after the last
  /// vector.
  struct Accumulator {
    const Node *node;
    const Output *output;
    llvm::SmallVector<mlir::Value> values;
  };

  void alignVectors();
  void emitLevel(unsigned level);
  void emitInnermost();
  void emitRun(int64_t begin, int64_t end, int64_t width, int64_t copies);
  void emitAt(mlir::Value start, int64_t width, int64_t copies);
  void emitKept(mlir::Value position, int64_t width, int64_t number);
  void emitOnce(llvm::function_ref<void()> body);
  KernelTarget::Values run(llvm::function_ref<void(mlir::Value)> body, mlir::Value position, mlir::ValueRange values);
  void emitNodes(mlir::Value position, int64_t width, unsigned copy);
  void emitNode(const Node &node, LaneBuilder &lanes, unsigned copy);
  void emitOutput(const Output &output, Lane element, LaneBuilder &lanes, unsigned copy);
  mlir::Value combineInMemory(const Output &output, mlir::Value value, LaneBuilder &lanes);
  void hoistLoads(unsigned level);

  llvm::SmallVector<Lane> emitPayload(const Node &node, LaneBuilder &lanes);
  Lane emitIndex(const Node &node, unsigned dim, LaneBuilder &lanes);
  Lane emitGather(mlir::Value tensor, mlir::ArrayRef<Lane> indices, LaneBuilder &lanes);

  void initialise(Accumulator &accumulator);
  void finalise(Accumulator &accumulator);
  mlir::SmallVector<mlir::Value> carried();
  void setCarried(mlir::ValueRange values);

  Lane read(const Access &access, LaneBuilder &lanes);
  void write(const Access &access, Lane value, LaneBuilder &lanes);
  mlir::Value rowBase(const Access &access);
  Lane position(const Access &access, LaneBuilder &lanes);
  bool isInRow(unsigned slot) const;

  Frame &frame;
  mlir::OpBuilder &b;
  llvm::SmallVector<const Node *> nodes;
  llvm::ArrayRef<int64_t> inner;
  int64_t vectorWidth = 1, unroll = 1, tail = 0;
  llvm::SmallVector<Accumulator> accumulators;
  llvm::SmallVector<mlir::Value> loops;             ///< values of the inner loops around the insertion point
  llvm::SmallVector<std::pair<Access, Lane>> known; ///< elements that are in registers
  llvm::DenseMap<const Access *, mlir::Value> bases;
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_KERNELS_STAGEEMITTER_H
