//===- Verify.h - What the verifiers and rules of nn share -------------------------------------===//
//
// Encodings of tensor types are not looked at: shapes and element types alone are compared.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_DIALECT_NN_VERIFY_H
#define SHARDC_LIB_DIALECT_NN_VERIFY_H

#include "shardc/Dialect/NN/NN.h"

namespace shardc::nn {

/// Checks that `value`, called `what` in the message, has this shape and element type.
mlir::LogicalResult expectType(mlir::Operation *op, llvm::StringRef what, mlir::Value value,
                               llvm::ArrayRef<int64_t> shape, mlir::Type elementType);
/// Checks that `value` has the shape and element type of `other`.
mlir::LogicalResult expectLike(mlir::Operation *op, llvm::StringRef what, mlir::Value value, mlir::Value other);
mlir::LogicalResult expectRank(mlir::Operation *op, llvm::StringRef what, mlir::Value value, int64_t rank);
mlir::LogicalResult expectMinRank(mlir::Operation *op, llvm::StringRef what, mlir::Value value, int64_t rank);

/// The type, shape and rank of a tensor value, its encoding left out.
mlir::RankedTensorType tensorType(mlir::Value value);
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);
int64_t rankOf(mlir::Value value);
mlir::Type elementTypeOf(mlir::Value value);
/// The element type that sums of a value's elements are taken in.
mlir::Type wideTypeOf(mlir::Value value);
/// The value's type with that element type.
mlir::RankedTensorType wideTensorType(mlir::Value value);
/// `leading` followed by `last`.
llvm::SmallVector<int64_t> append(llvm::ArrayRef<int64_t> leading, llvm::ArrayRef<int64_t> last);

/// Names for `count` leading dimensions, in a rule or a loop nest: "b t " for two, "" for none.
std::string leadingNames(int64_t count);

} // namespace shardc::nn

#endif // SHARDC_LIB_DIALECT_NN_VERIFY_H
