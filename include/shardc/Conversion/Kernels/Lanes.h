//===- Lanes.h - Scalars and vectors of a loop body --------------------------------------------===//
#ifndef SHARDC_CONVERSION_KERNELS_LANES_H
#define SHARDC_CONVERSION_KERNELS_LANES_H

#include "mlir/IR/Builders.h"

namespace shardc::codegen {

/// The value of an expression in all lanes of a vector.
struct Lane {
  enum Kind {
    Uniform,     ///< a scalar, the same in all lanes
    Consecutive, ///< an integer scalar, plus the number of the lane
    Varying      ///< a vector
  };
  mlir::Value value;
  Kind kind = Uniform;
};

/// Builds operations on lanes. Values stay scalar as long as they are the same in all lanes. With a width of 1 all
/// lanes are uniform.
class LaneBuilder {
public:
  LaneBuilder(mlir::OpBuilder &b, mlir::Location loc, int64_t width) : b(b), loc(loc), width(width) {}

  int64_t getWidth() const { return width; }
  mlir::Value index(int64_t number);
  /// Returns one element for each lane: a vector, or a scalar if the width is 1.
  mlir::Value vector(Lane lane);
  mlir::Value broadcast(mlir::Value scalar);
  /// Returns start + lane * stride.
  Lane sequence(mlir::Value start, int64_t stride);
  /// Returns x + y, of indices.
  Lane add(Lane x, Lane y);
  /// Returns x * factor, of indices.
  Lane scale(Lane x, int64_t factor);
  /// Applies an elementwise operation.
  llvm::SmallVector<Lane> apply(mlir::Operation *op, mlir::ArrayRef<Lane> operands);
  /// Applies an operation of two operands to values of one type, scalars or vectors.
  mlir::Value combine(mlir::Operation *op, mlir::Value x, mlir::Value y);
  /// Combines the lanes of a vector by halves, the same way each time.
  mlir::Value reduce(mlir::Operation *op, mlir::Value vector);

  /// `aligned`: consecutive elements start at a multiple of their number, in memory that is as well aligned.
  Lane load(mlir::Value memory, Lane index, bool aligned = false);
  void store(Lane value, mlir::Value memory, Lane index, bool aligned = false);

private:
  llvm::MaybeAlign alignment(mlir::Type type, bool aligned) const;
  mlir::Operation *clone(mlir::Operation *op, mlir::TypeRange types, mlir::ValueRange operands);

  mlir::OpBuilder &b;
  mlir::Location loc;
  int64_t width;
};

} // namespace shardc::codegen

#endif // SHARDC_CONVERSION_KERNELS_LANES_H
