//===- Placement.h - Questions about placements ------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_PLACEMENT_H
#define SHARDC_DIALECT_DIST_PLACEMENT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "shardc/Interfaces/ShardingRule.h"
#include "llvm/ADT/MapVector.h"

namespace shardc::dist {

class MeshOp;
class ShardingAttr;

/// A placement that can be edited: what ShardingAttr is, unpacked.
struct Placement {
  enum Kind { R, S, C, P };

  /// Axes of each dimension, major to minor.
  llvm::SmallVector<llvm::SmallVector<mlir::StringAttr, 2>, 4> dims;
  /// Global size of each dimension that is sharded, 0 for others.
  llvm::SmallVector<int64_t, 4> sizes;
  llvm::SmallVector<mlir::StringAttr, 2> copied, partial;

  /// R on every axis, for a tensor of rank `rank`.
  static Placement replicated(int64_t rank);
  /// Reads the encoding of a ranked tensor type; R everywhere where there is none.
  static Placement of(mlir::Type type);
  static Placement of(ShardingAttr attr);

  /// Returns the attribute, or null where the value is R everywhere.
  ShardingAttr toAttr(mlir::MLIRContext *context) const;
  /// Returns the placement along `axis`.
  Kind kind(mlir::StringAttr axis) const;
  /// Returns the dimension sharded over `axis`, or -1.
  int64_t dimOf(mlir::StringAttr axis) const;
  /// Sets the placement along `axis` to R, C or P.
  void set(mlir::StringAttr axis, Kind kind);
  /// Appends `axis` as the most minor one of dimension `dim`, whose global size is `size`.
  void shard(mlir::StringAttr axis, int64_t dim, int64_t size);
  /// S stays S and R stays R; C becomes P and P becomes C.
  Placement dual() const;

  bool operator==(const Placement &other) const = default;
};

/// Returns the letter of a placement.
char letter(Placement::Kind kind);

/// Returns the size of one rank's part of `size` elements over axes of `axisSizes`, each chunked on the padded extent
/// of the one before.
int64_t localSize(int64_t size, mlir::ArrayRef<int64_t> axisSizes);

/// Returns the mesh of the module that holds `op`; null if there is none.
MeshOp meshOf(mlir::Operation *op);

/// Returns the local type of a tensor of global shape `shape` in `placement`, with its encoding.
mlir::RankedTensorType localType(mlir::ArrayRef<int64_t> shape, mlir::Type elementType, const Placement &placement,
                                 MeshOp mesh);
/// Returns the global shape of a local type.
llvm::SmallVector<int64_t> globalShape(mlir::RankedTensorType type);
/// Returns `type` with the encoding of `placement`.
mlir::RankedTensorType withPlacement(mlir::RankedTensorType type, const Placement &placement);
/// Returns the type of the cotangent of a value of `type`.
mlir::RankedTensorType dualType(mlir::RankedTensorType type);
/// The same with the element type of a cotangent, which may be wider than its primal's.
mlir::RankedTensorType dualType(mlir::RankedTensorType type, mlir::Type elementType);
/// Returns true if `dim` has padding on some rank.
bool isPadded(mlir::RankedTensorType type, int64_t dim, MeshOp mesh);

/// Infers the placements of the results of an operation from those of its operands, by its rule, axis by axis:
/// - an operand is S on a factor: every operand with that factor is S on it, the others are C; the results are S on it,
/// or P if it is contracted;
/// - the P operands are exactly one of the rule's linear sets: the others are C, the results P;
/// - an operand is C: all are, and so are the results; otherwise all are R.
/// Integer operands may be R where C is asked. `results` holds, where it is given, the sharding of factors that occur
/// in results only (the operands are C there), the global sizes of results that no operand's dimension gives, and all
/// of a constant's placement (P only if its rule is linear in the empty set, as zeros are); it receives the placements.
/// Emits an error at `op` that names the operand, the axis, what it is and what it must be.
mlir::LogicalResult inferPlacements(mlir::Operation *op, const ShardingRule &rule, mlir::ArrayRef<Placement> operands,
                                    llvm::SmallVectorImpl<Placement> &results);
/// Infers them from the types of the operands, and gives the results of `op` types with them. `given` is what `results`
/// holds above.
mlir::LogicalResult placeResults(mlir::Operation *op, const ShardingRule &rule,
                                 llvm::SmallVector<Placement> given = {});

} // namespace shardc::dist

#endif // SHARDC_DIALECT_DIST_PLACEMENT_H
