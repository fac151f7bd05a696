//===- OpInterfaces.cpp - All that a pass may ask of an operation ------------------------------===//
#include "shardc/Interfaces/OpInterfaces.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;

#include "shardc/Interfaces/OpInterfaces.cpp.inc"

int64_t shardc::bytesOf(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.getNumElements() * llvm::divideCeil(tensor.getElementTypeBitWidth(), 8);
}

RankedTensorType shardc::withoutEncoding(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

Type shardc::wideOf(Type elementType) {
  return elementType.isBF16() ? Float32Type::get(elementType.getContext()) : elementType;
}

int64_t shardc::dtypeOf(Type elementType) {
  if (elementType.isF32())
    return SHARDRT_F32;
  if (elementType.isF64())
    return SHARDRT_F64;
  if (elementType.isBF16())
    return SHARDRT_BF16;
  if (elementType.isInteger(32))
    return SHARDRT_I32;
  llvm::report_fatal_error("element type without a shardrt_dtype");
}

unsigned shardc::defaultNumRowDims(Operation *op) {
  int64_t rank = cast<RankedTensorType>(op->getResult(0).getType()).getRank();
  return rank == 0 ? 0 : rank - 1;
}

SmallVector<int64_t> shardc::defaultRowShape(Operation *op) {
  return llvm::to_vector(cast<RankedTensorType>(op->getResult(0).getType()).getShape());
}
