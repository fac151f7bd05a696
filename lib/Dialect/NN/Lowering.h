//===- Lowering.h - Loop nests written as in einops --------------------------------------------===//
//
// What lowerToLinalg is written in: linalg.generic operations whose loops and indexing maps are text, and whose
// payloads are formulas over Scalar.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_NN_LOWERING_H
#define SHARDC_LIB_DIALECT_NN_LOWERING_H

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "shardc/Dialect/NN/NN.h"

namespace shardc::nn {

/// A float scalar of a payload; arithmetic on it emits arith and math operations.
class Scalar {
public:
  Scalar(mlir::ImplicitLocOpBuilder &builder, mlir::Value value) : builder(&builder), value(value) {}
  operator mlir::Value() const { return value; }
  /// A constant of this scalar's type.
  Scalar literal(double number) const;

  mlir::ImplicitLocOpBuilder *builder;
  mlir::Value value;
};

Scalar operator+(Scalar x, Scalar y);
Scalar operator-(Scalar x, Scalar y);
Scalar operator*(Scalar x, Scalar y);
Scalar operator/(Scalar x, Scalar y);
Scalar operator-(Scalar x);
inline Scalar operator+(Scalar x, double y) {
  return x + x.literal(y);
}
inline Scalar operator-(double x, Scalar y) {
  return y.literal(x) - y;
}
inline Scalar operator*(Scalar x, double y) {
  return x * x.literal(y);
}
inline Scalar operator/(Scalar x, double y) {
  return x / x.literal(y);
}
inline Scalar operator/(double x, Scalar y) {
  return y.literal(x) / y;
}
Scalar exp(Scalar x);
Scalar log(Scalar x);
Scalar sqrt(Scalar x);
Scalar max(Scalar x, Scalar y);
Scalar min(Scalar x, Scalar y);
/// An i1: x == number.
mlir::Value equals(Scalar x, double number);
Scalar select(mlir::Value condition, Scalar x, Scalar y);

/// Comparisons and sums of i32 scalars.
mlir::Value compare(mlir::ImplicitLocOpBuilder &b, mlir::arith::CmpIPredicate predicate, mlir::Value x, mlir::Value y);
mlir::Value integer(mlir::ImplicitLocOpBuilder &b, int64_t number);
/// The index of a loop, as i32.
mlir::Value loopIndex(mlir::ImplicitLocOpBuilder &b, int64_t loop);

/// Builds what a generic yields from the elements of its inputs and outputs. Those of bfloat16 come as float32, and
/// what is yielded for an output of bfloat16 is rounded to it.
using Payload =
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ImplicitLocOpBuilder &, llvm::ArrayRef<Scalar>)>;

/// Builds a linalg.generic. `text` is its loops, a colon, one map for each input, an arrow and one map for each output:
/// "b t d: b t d, d -> b t". A map lists loops (d), constants (0) and quotients of a loop and a constant (h/2). A loop
/// that no output lists by itself is a reduction; the outputs of one hold the neutral element.
llvm::SmallVector<mlir::Value> generic(mlir::ImplicitLocOpBuilder &b, llvm::StringRef text, mlir::ValueRange inputs,
                                       mlir::ValueRange outputs, Payload payload);

mlir::Value empty(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<int64_t> shape, mlir::Type elementType);
/// A tensor of the type of a result of the operation being lowered, its encoding left out.
mlir::Value emptyLike(mlir::ImplicitLocOpBuilder &b, mlir::Value value);
/// An accumulator: a tensor filled with `neutral`, of the type that sums are taken in (wideOf).
mlir::Value filled(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<int64_t> shape, mlir::Type elementType,
                   double neutral);

/// Splits dimension `dim` into `sizes`; a view.
mlir::Value splitDim(mlir::ImplicitLocOpBuilder &b, mlir::Value value, int64_t dim, llvm::ArrayRef<int64_t> sizes);
/// Joins dimension `dim` and the one after it; a view.
mlir::Value joinDims(mlir::ImplicitLocOpBuilder &b, mlir::Value value, int64_t dim);

/// Applies `payload` at each index of the result type of `result`; inputs are like it, or of rank 0.
llvm::SmallVector<mlir::Value> pointwise(mlir::ImplicitLocOpBuilder &b, mlir::ValueRange results,
                                         mlir::ValueRange inputs, Payload payload);
/// x in another element type; x itself where it has that type.
mlir::Value rounded(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Type elementType);
/// The sum of `payload` of the elements of a row, for each row of the first of `values`; `inputs` names their maps, d
/// the last loop.
mlir::Value sumOfRow(mlir::ImplicitLocOpBuilder &b, llvm::StringRef inputs, mlir::ValueRange values,
                     llvm::function_ref<Scalar(llvm::ArrayRef<Scalar>)> payload);
/// The sum over all elements of x of `payload` applied to one.
mlir::Value sumOfAll(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Type elementType,
                     llvm::function_ref<mlir::Value(mlir::ImplicitLocOpBuilder &, Scalar)> payload);
/// The number of elements of x, of i32, that are not negative, as a float of rank 0.
mlir::Value countNonNegative(mlir::ImplicitLocOpBuilder &b, mlir::Value x, mlir::Type elementType);

} // namespace shardc::nn

#endif // SHARDC_LIB_DIALECT_NN_LOWERING_H
