//===- Verify.cpp - What the verifiers and rules of nn share -----------------------------------===//
#include "Verify.h"

using namespace mlir;
using namespace shardc;

LogicalResult nn::expectType(Operation *op, StringRef what, Value value, ArrayRef<int64_t> shape, Type elementType) {
  RankedTensorType type = tensorType(value);
  if (type.getShape() == shape && type.getElementType() == elementType)
    return success();
  return op->emitOpError("expected ") << what << " of type " << RankedTensorType::get(shape, elementType) << ", got "
                                      << type;
}

LogicalResult nn::expectLike(Operation *op, StringRef what, Value value, Value other) {
  return expectType(op, what, value, shapeOf(other), elementTypeOf(other));
}

LogicalResult nn::expectRank(Operation *op, StringRef what, Value value, int64_t rank) {
  if (rankOf(value) == rank)
    return success();
  return op->emitOpError("expected ") << what << " of rank " << rank << ", got " << tensorType(value);
}

LogicalResult nn::expectMinRank(Operation *op, StringRef what, Value value, int64_t rank) {
  if (rankOf(value) >= rank)
    return success();
  return op->emitOpError("expected ") << what << " of rank " << rank << " at least, got " << tensorType(value);
}

RankedTensorType nn::tensorType(Value value) {
  return withoutEncoding(value.getType());
}

ArrayRef<int64_t> nn::shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

int64_t nn::rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

Type nn::elementTypeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

Type nn::wideTypeOf(Value value) {
  return wideOf(elementTypeOf(value));
}

RankedTensorType nn::wideTensorType(Value value) {
  return RankedTensorType::get(shapeOf(value), wideTypeOf(value));
}

SmallVector<int64_t> nn::append(ArrayRef<int64_t> leading, ArrayRef<int64_t> last) {
  SmallVector<int64_t> shape(leading);
  llvm::append_range(shape, last);
  return shape;
}

std::string nn::leadingNames(int64_t count) {
  std::string names;
  for (int64_t dim = 0; dim < count; ++dim)
    names += (dim == 0 ? "b" : dim == 1 ? "t" : "t" + std::to_string(dim)) + " ";
  return names;
}
