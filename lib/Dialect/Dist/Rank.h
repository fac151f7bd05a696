//===- Rank.h - Loop nests that depend on the rank ---------------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_DIST_RANK_H
#define SHARDC_LIB_DIALECT_DIST_RANK_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "shardc/Dialect/Dist/Dist.h"

namespace shardc::dist {

/// The part of an extent that this rank owns: elements [offset, offset + valid) of it are the first `valid` of the
/// local ones.
struct Chunk {
  mlir::Value offset, valid;
};

/// How an extent is cut into parts: by which axes, of which sizes, with this rank's coordinate along each.
struct Chunking {
  int64_t size;
  llvm::SmallVector<int64_t> axisSizes;
  llvm::SmallVector<mlir::Value> coordinates;

  /// Builds the coordinates; they stand before the loop nest, whose payload captures them.
  Chunking(mlir::ImplicitLocOpBuilder &b, MeshOp mesh, int64_t size, llvm::ArrayRef<mlir::StringAttr> axes);

  /// Builds the arithmetic that finds this rank's part.
  Chunk build(mlir::ImplicitLocOpBuilder &b) const;
};

/// Builds the element of a result from those of the inputs; it emits by the builder given to buildPointwise.
using Payload = llvm::function_ref<mlir::Value(llvm::ArrayRef<mlir::Value>)>;

/// Builds a loop nest over all dimensions of `type`, in order; the inputs are of that shape.
mlir::Value buildPointwise(mlir::ImplicitLocOpBuilder &b, mlir::RankedTensorType type, mlir::ValueRange inputs,
                           Payload payload);

/// Builds the element of `x` at the indices of the loops, that of `dim` replaced by `index` or, where `inside` is
/// false, by 0.
mlir::Value buildExtract(mlir::ImplicitLocOpBuilder &b, mlir::Value x, int64_t dim, mlir::Value index,
                         mlir::Value inside);

mlir::Value buildZero(mlir::ImplicitLocOpBuilder &b, mlir::Type type);

/// Builds 0 <= index < bound.
mlir::Value buildInside(mlir::ImplicitLocOpBuilder &b, mlir::Value index, mlir::Value bound);

} // namespace shardc::dist

#endif // SHARDC_LIB_DIALECT_DIST_RANK_H
