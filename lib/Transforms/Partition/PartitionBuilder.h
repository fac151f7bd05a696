//===- PartitionBuilder.h - What an operation with a custom factor is rebuilt with -------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PARTITION_PARTITIONBUILDER_H
#define SHARDC_LIB_TRANSFORMS_PARTITION_PARTITIONBUILDER_H

#include "FactorAssignment.h"

namespace shardc {

/// What a collective is for: the module that `op` stems from, and what of it; without more, the operation.
std::string causeOf(mlir::Operation *op, llvm::StringRef what);
std::string causeOf(mlir::Operation *op);

/// Answers an operation with a custom factor while it is rebuilt, from the axes that shard the factor.
class PartitionBuilder : public ShardedBuilder {
public:
  PartitionBuilder(mlir::OpBuilder &builder, mlir::Operation *op, FactorAssignment &assignment, dist::MeshOp mesh)
      : ShardedBuilder(builder, op->getLoc()), assignment(assignment), mesh(mesh),
        cause(builder.getStringAttr(causeOf(op))) {}

  bool isSharded(llvm::StringRef factor) override { return !axesOf(factor).empty(); }
  int64_t numShards(llvm::StringRef factor) override { return mesh.getGroupSize(axesOf(factor)); }
  mlir::ValueRange place(mlir::Operation *op) override;
  mlir::Value localIndex(mlir::Value indices, llvm::StringRef factor) override;
  mlir::Value mask(mlir::Value value, int64_t dim, double neutral) override;
  mlir::Value allReduce(mlir::Value value, llvm::StringRef factor) override;
  mlir::Value allGather(mlir::Value value, int64_t dim, llvm::StringRef factor) override;

  /// Whether an operation could not be placed; the error has been emitted.
  bool anyFailed = false;

private:
  /// Says why a collective stands where it does.
  void remarkCollective(llvm::StringRef kind, llvm::StringRef factor);
  mlir::ArrayRef<mlir::StringAttr> axesOf(llvm::StringRef factor) {
    return assignment.axesOf(assignment.getRule().find(factor));
  }
  mlir::ArrayAttr names(llvm::StringRef factor) {
    return builder.getArrayAttr(llvm::to_vector_of<mlir::Attribute>(axesOf(factor)));
  }

  FactorAssignment &assignment;
  dist::MeshOp mesh;
  mlir::StringAttr cause;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PARTITION_PARTITIONBUILDER_H
