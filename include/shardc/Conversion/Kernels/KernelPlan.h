//===- KernelPlan.h - What a kernel's body computes, seen as rows and stages -------------------===//
//
// Between the linalg operations of an `exec.kernel` and the code that is emitted for them. Every tensor becomes a slot
// of elements in row-major order, so that views vanish; every indexing map becomes a linear function of the loops;
// every operation becomes a node. Nodes with equal inner loops that do not need one another's finished row share a
// stage: one loop nest, in which values stay in registers.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_KERNELPLAN_H
#define SHARDC_CONVERSION_KERNELS_KERNELPLAN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc::codegen {

/// The elements of a tensor value of a kernel's body.
struct Slot {
  enum Origin {
    Argument, ///< of the kernel
    Local,    ///< written by nodes
    Splat,    ///< one scalar everywhere
    Undefined ///< a tensor.empty
  };
  Origin origin;
  mlir::RankedTensorType type;
  unsigned argument = 0;                       ///< Argument: which
  mlir::Value splat = {};                      ///< Splat: the scalar
  llvm::SmallVector<unsigned, 1> results = {}; ///< Local: the kernel's results that it is
  llvm::SmallVector<unsigned, 2> writers = {}; ///< Local: nodes that write it, in order
  bool accumulatesRows = false;                ///< Local: rows add to it, so it is complete only after the last
  bool isRowScalar = false;                    ///< Local: one element for each row, kept in a register
  bool needsMemory = false;                    ///< Local: a later stage reads it from memory
  int64_t rowExtent = 0;                       ///< Local: elements that one row touches, in the slot's own layout
};

/// One element of a slot for each point of a node's loops: offset + sum of rows[i] * (coordinate i of the row) + sum of
/// inner[j] * (inner loop j). Coefficients of rows of size 1 are 0.
struct Access {
  unsigned slot = 0;
  llvm::SmallVector<int64_t, 3> rows, inner;
  int64_t offset = 0;

  bool operator==(const Access &other) const = default;
  /// Returns the number of leading inner loops that the element depends on.
  unsigned depth() const;
};

/// A result of a node.
struct Output {
  Access access;
  std::optional<Access> init;          ///< what is combined with, or read by the payload through its output argument
  mlir::Operation *combiner = nullptr; ///< of a reduction: the operation that combines two partial values
  mlir::Value element;                 ///< what the payload computes: the value, or what the reduction combines
  /// Inner loops from this one on are reduced in registers; the number of inner loops if none is.
  unsigned reducedFrom = 0;
  /// Reduced over further loops or rows, by combining with what lies in memory.
  bool combinesInMemory = false;

  bool reducesInRegisters(size_t numInner) const { return reducedFrom < numInner; }
};

/// A linalg.generic; or, without one, a copy of the only input.
struct Node {
  mlir::linalg::GenericOp op;
  llvm::SmallVector<int64_t, 3> inner; ///< sizes of the inner loops, those of size 1 left out
  llvm::SmallVector<int, 6> innerOf;   ///< for each loop after the rows its position in `inner`, -1 if its size is 1
  llvm::SmallVector<Access, 4> inputs;
  llvm::SmallVector<unsigned, 1> gathered; ///< slots that the payload reads at computed indices
  llvm::SmallVector<Output, 1> outputs;
  unsigned stage = 0;
};

/// Nodes of equal inner loops, in order, that are emitted as one loop nest.
struct Stage {
  llvm::SmallVector<int64_t, 3> inner;
  llvm::SmallVector<unsigned, 4> nodes;
};

struct KernelPlan {
  exec::KernelOp kernel;
  llvm::SmallVector<int64_t> rowSizes; ///< of the loops over rows
  std::vector<Slot> slots;
  llvm::DenseMap<mlir::Value, unsigned> slotOf;
  std::vector<Node> nodes;
  std::vector<Stage> stages;
  /// Copies of whole slots, run before the first row: what accumulators start from, results that no row computes.
  llvm::SmallVector<unsigned> prologue;
  /// Operations on scalars outside of all nodes, in order.
  llvm::SmallVector<mlir::Operation *> scalars;
  /// The axes of the distinct `dist.coordinate` operations, in order of first use.
  llvm::SmallVector<mlir::ArrayAttr> coordinates;

  exec::KernelOp getKernel() const { return kernel; }
  llvm::ArrayRef<int64_t> rows() const { return rowSizes; }
  int64_t numRows() const { return llvm::product_of(rows()); }
};

/// Returns the axes of the distinct `dist.coordinate` operations of a kernel: its last parameters but the row range.
llvm::SmallVector<mlir::ArrayAttr> coordinatesOf(exec::KernelOp kernel);

/// Reads a kernel, without its stages; emits an error that names what the emitter does not take.
mlir::FailureOr<KernelPlan> readKernel(exec::KernelOp kernel);

/// Gives a kernel that does the same to every element rows of one width where its number of elements allows.
void flattenRows(KernelPlan &plan);

/// Assigns nodes to stages and decides where local slots are kept.
void assignStages(KernelPlan &plan);

/// Reads a kernel as its rows are, for one that runs them in order.
mlir::FailureOr<KernelPlan> planKernel(exec::KernelOp kernel);

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_KERNELS_KERNELPLAN_H
