//===- FactorAssignment.h - Which axes shard which factor of an operation ----------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_PARTITION_FACTORASSIGNMENT_H
#define SHARDC_LIB_TRANSFORMS_PARTITION_FACTORASSIGNMENT_H

#include "shardc/Dialect/Dist/Dist.h"

namespace shardc {

/// Decides, for one operation on global shapes, over which axes each factor is sharded, and from that what each operand
/// must be.
class FactorAssignment {
public:
  /// `placements` are those that the operands have; `isParameter` tells whose sharding decides where operands disagree.
  /// Emits an error where a factor cannot be split evenly although it must.
  static mlir::FailureOr<FactorAssignment> compute(ShardingRuleOpInterface op,
                                                   mlir::ArrayRef<dist::Placement> placements,
                                                   llvm::function_ref<bool(unsigned)> isParameter, dist::MeshOp mesh);

  /// Returns the placement that operand `index`, of placement `now`, must have.
  dist::Placement wanted(unsigned index);
  /// Returns how the dimensions of result `index` are sharded; what it is on other axes is not said.
  dist::Placement shardsOfResult(unsigned index);
  /// Returns the axes of a factor, major to minor.
  mlir::ArrayRef<mlir::StringAttr> axesOf(unsigned factor) const { return axes[factor]; }
  /// Returns the global size of a factor; 0 if no dimension fixes it.
  int64_t sizeOf(unsigned factor);
  const ShardingRule &getRule() const { return rule; }

private:
  FactorAssignment(ShardingRuleOpInterface op, mlir::ArrayRef<dist::Placement> placements, dist::MeshOp mesh);

  void assign(llvm::function_ref<bool(unsigned)> isParameter);
  void assignFrom(unsigned operand);
  void remarkConflicts(llvm::function_ref<bool(unsigned)> isParameter);
  std::string describeConflict(unsigned factor, llvm::function_ref<bool(unsigned)> isParameter);
  bool isTaken(mlir::StringAttr axis);
  bool mayShard(unsigned factor);
  mlir::LogicalResult checkSizes();
  mlir::InFlightDiagnostic emitError();
  std::optional<std::pair<unsigned, int64_t>> findProduct(unsigned factor);
  mlir::ArrayRef<int64_t> shapeOf(mlir::Value value);
  dist::Placement::Kind wantedKind(unsigned index, mlir::StringAttr axis);
  bool isFloat(unsigned index);
  dist::Placement shardsOf(mlir::ArrayRef<int64_t> shape, const TensorFactors &dims);

  ShardingRuleOpInterface op;
  ShardingRule rule;
  llvm::SmallVector<dist::Placement> placements;
  dist::MeshOp mesh;
  llvm::SmallVector<llvm::SmallVector<mlir::StringAttr, 2>> axes;
  llvm::SmallVector<std::optional<unsigned>> deciders; ///< for each factor the operand whose sharding it has
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_PARTITION_FACTORASSIGNMENT_H
