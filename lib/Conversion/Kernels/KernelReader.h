//===- KernelReader.h - Reads linalg operations into slots and nodes ---------------------------===//
#ifndef SHARDC_LIB_CONVERSION_KERNELS_KERNELREADER_H
#define SHARDC_LIB_CONVERSION_KERNELS_KERNELREADER_H

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"

namespace shardc::codegen {

/// Walks the body of a kernel once. Every method that fails has emitted an error at the operation that the emitter does
/// not take.
class KernelReader {
public:
  explicit KernelReader(exec::KernelOp kernel) {
    plan.kernel = kernel;
    plan.rowSizes = llvm::to_vector(kernel.getRows());
  }

  mlir::FailureOr<KernelPlan> read();

private:
  mlir::LogicalResult readOp(mlir::Operation &op);
  mlir::LogicalResult readScalar(mlir::Operation &op);
  mlir::LogicalResult readGeneric(mlir::linalg::GenericOp op);
  mlir::LogicalResult readYield(exec::YieldOp yield);

  mlir::LogicalResult checkRows(mlir::linalg::GenericOp op, mlir::ArrayRef<int64_t> sizes);
  mlir::LogicalResult readInputs(mlir::linalg::GenericOp op, mlir::ArrayRef<int64_t> sizes, Node &node);
  mlir::LogicalResult readPayload(mlir::linalg::GenericOp op, Node &node);
  mlir::LogicalResult readGather(mlir::tensor::ExtractOp extract, Node &node);
  mlir::LogicalResult readOutput(mlir::linalg::GenericOp op, mlir::ArrayRef<int64_t> sizes, unsigned index, Node &node);
  mlir::LogicalResult readReduction(mlir::linalg::GenericOp op, unsigned index, const Node &node, Output &output);
  mlir::LogicalResult checkRead(mlir::Operation *op, const Access &access);
  mlir::FailureOr<Access> readAccess(mlir::linalg::GenericOp op, mlir::Value value, mlir::AffineMap map,
                                     mlir::ArrayRef<int64_t> sizes, const Node &node);

  unsigned addSlot(Slot slot) {
    plan.slots.push_back(std::move(slot));
    return plan.slots.size() - 1;
  }
  unsigned addLocal(mlir::Type type) { return addSlot(Slot{Slot::Local, mlir::cast<mlir::RankedTensorType>(type)}); }
  unsigned addNode(Node node);
  mlir::FailureOr<unsigned> startFrom(mlir::linalg::GenericOp op, mlir::Value init, mlir::Type type);
  mlir::FailureOr<unsigned> startSum(mlir::linalg::GenericOp op, const Output &output, mlir::Type type,
                                     bool accumulatesRows);
  mlir::LogicalResult checkInjective(mlir::linalg::GenericOp op, mlir::ArrayRef<int64_t> sizes, const Access &access,
                                     const Node &node);
  Node copyOfRow(unsigned source, unsigned target);
  Node copyOfWhole(unsigned source, unsigned target);
  /// Returns true if a row is a run of elements.
  bool hasRows(mlir::RankedTensorType type) {
    return plan.numRows() == 1 || type.getShape().take_front(plan.rows().size()) == plan.rows();
  }
  bool coversSlot(const Access &access, const Node &node);

  KernelPlan plan;
};

} // namespace shardc::codegen

#endif // SHARDC_LIB_CONVERSION_KERNELS_KERNELREADER_H
