//===- Moves.h - From one placement to another -------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PARTITION_MOVES_H
#define SHARDC_TRANSFORMS_PARTITION_MOVES_H

#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/DenseMap.h"

namespace shardc {

/// Emits changes of placement inside one block, each once per value, axes and target: q, k and v share one all-gather.
class Moves {
public:
  Moves(mlir::OpBuilder &builder, dist::MeshOp mesh) : builder(builder), mesh(mesh) {}

  /// Returns `value` in `target`, a placement of the same rank; `cause` is what the collectives say they are for. Emits
  /// an error where the table of moves has no way.
  mlir::FailureOr<mlir::Value> move(mlir::Value value, const dist::Placement &target, mlir::Location loc,
                                    llvm::StringRef cause);

  enum class Kind { Vary, Unify, AllReduce, KeepFirst, AllGather, ReduceScatter, Slice };

private:
  /// Emits one move of `axes` (and `dim`) to `target`, or returns the one that stands already.
  mlir::Value step(Kind kind, mlir::Value value, mlir::ArrayRef<mlir::StringAttr> axes, int64_t dim,
                   const dist::Placement &target);
  /// Says why a move stands where it does, or that it serves another user too.
  void remarkStep(Kind kind, mlir::Value value, mlir::ArrayRef<mlir::StringAttr> axes, const dist::Placement &target,
                  bool isShared);
  mlir::Value gatherForeign(mlir::Value value, const dist::Placement &target);
  mlir::Value reducePartial(mlir::Value value, const dist::Placement &target);
  mlir::Value changeKind(mlir::Value value, const dist::Placement &target, dist::Placement::Kind from,
                         dist::Placement::Kind to, Kind kind);
  mlir::Value scatter(mlir::Value value, const dist::Placement &target);

  mlir::OpBuilder &builder;
  dist::MeshOp mesh;
  mlir::Location loc = builder.getUnknownLoc();
  mlir::StringAttr cause;
  llvm::DenseMap<std::pair<mlir::Value, mlir::Type>, mlir::Value> done;
};

} // namespace shardc

#endif // SHARDC_TRANSFORMS_PARTITION_MOVES_H
