//===- Lanes.cpp - Scalars and vectors of a loop body ------------------------------------------===//
#include "shardc/Conversion/Kernels/Lanes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

Value LaneBuilder::index(int64_t number) {
  return arith::ConstantIndexOp::create(b, loc, number);
}

Value LaneBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(b, loc, VectorType::get({width}, scalar.getType()), scalar);
}

Value LaneBuilder::vector(Lane lane) {
  if (lane.kind == Lane::Varying || width == 1)
    return lane.value;
  Value all = broadcast(lane.value);
  if (lane.kind == Lane::Uniform)
    return all;
  auto type = cast<VectorType>(all.getType());
  SmallVector<Attribute> numbers;
  for (int64_t i = 0; i < width; ++i)
    numbers.push_back(b.getIntegerAttr(type.getElementType(), i));
  Value steps = arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, numbers));
  return arith::AddIOp::create(b, loc, all, steps);
}

Lane LaneBuilder::sequence(Value start, int64_t stride) {
  if (width == 1 || stride == 0)
    return {start, Lane::Uniform};
  if (stride == 1)
    return {start, Lane::Consecutive};
  Lane steps = scale({index(0), Lane::Consecutive}, stride);
  return add({start, Lane::Uniform}, steps);
}

Lane LaneBuilder::add(Lane x, Lane y) {
  if (x.kind == Lane::Uniform && y.kind != Lane::Varying)
    return {b.createOrFold<arith::AddIOp>(loc, x.value, y.value), y.kind};
  if (y.kind == Lane::Uniform && x.kind != Lane::Varying)
    return {b.createOrFold<arith::AddIOp>(loc, x.value, y.value), x.kind};
  return {arith::AddIOp::create(b, loc, vector(x), vector(y)), Lane::Varying};
}

Lane LaneBuilder::scale(Lane x, int64_t factor) {
  if (factor == 1)
    return x;
  if (x.kind == Lane::Uniform)
    return {b.createOrFold<arith::MulIOp>(loc, x.value, index(factor)), Lane::Uniform};
  return {arith::MulIOp::create(b, loc, vector(x), broadcast(index(factor))), Lane::Varying};
}

/// Copies an operation with its properties, and relaxes nothing: a product and a sum that were contracted where they
/// happen to meet in one kernel would give an operation's result other bits in another.
Operation *LaneBuilder::clone(Operation *op, TypeRange types, ValueRange operands) {
  Operation *copy = Operation::create(loc, op->getName(), types, operands, op->getDiscardableAttrDictionary(),
                                      op->getPropertiesStorage(), BlockRange(), /*numRegions=*/0);
  return b.insert(copy);
}

SmallVector<Lane> LaneBuilder::apply(Operation *op, ArrayRef<Lane> operands) {
  auto isUniform = [](const Lane &lane) { return lane.kind == Lane::Uniform; };
  auto isVarying = [](const Lane &lane) { return lane.kind == Lane::Varying; };
  if (isa<arith::AddIOp>(op) && llvm::none_of(operands, isVarying))
    return {add(operands[0], operands[1])};
  bool keepsOrder = isa<arith::IndexCastOp>(op) && !isVarying(operands[0]);
  bool scalar = llvm::all_of(operands, isUniform) || keepsOrder;
  Lane::Kind kind = keepsOrder ? operands[0].kind : scalar ? Lane::Uniform : Lane::Varying;

  SmallVector<Value> values =
      llvm::map_to_vector(operands, [&](Lane lane) { return scalar ? lane.value : vector(lane); });
  SmallVector<Type> types = llvm::map_to_vector(op->getResultTypes(), [&](Type type) -> Type {
    return scalar || width == 1 ? type : VectorType::get({width}, type);
  });
  return llvm::map_to_vector(clone(op, types, values)->getResults(), [&](Value result) { return Lane{result, kind}; });
}

Value LaneBuilder::combine(Operation *op, Value x, Value y) {
  return clone(op, x.getType(), {x, y})->getResult(0);
}

Value LaneBuilder::reduce(Operation *op, Value value) {
  auto type = dyn_cast<VectorType>(value.getType());
  if (!type)
    return value;
  for (int64_t half = type.getDimSize(0) / 2; half > 0; half /= 2) {
    SmallVector<int64_t> low = llvm::to_vector(llvm::seq<int64_t>(0, half));
    SmallVector<int64_t> high = llvm::to_vector(llvm::seq<int64_t>(half, 2 * half));
    value = combine(op, vector::ShuffleOp::create(b, loc, value, value, low),
                    vector::ShuffleOp::create(b, loc, value, value, high));
  }
  return vector::ExtractOp::create(b, loc, value, 0);
}

llvm::MaybeAlign LaneBuilder::alignment(Type type, bool aligned) const {
  return aligned ? llvm::MaybeAlign(width * type.getIntOrFloatBitWidth() / 8) : llvm::MaybeAlign();
}

Lane LaneBuilder::load(Value memory, Lane position, bool aligned) {
  Type type = cast<MemRefType>(memory.getType()).getElementType();
  if (position.kind == Lane::Uniform)
    return {memref::LoadOp::create(b, loc, memory, position.value), Lane::Uniform};
  if (position.kind == Lane::Consecutive)
    return {vector::LoadOp::create(b, loc, VectorType::get({width}, type), memory, position.value,
                                   /*nontemporal=*/false, alignment(type, aligned)),
            Lane::Varying};
  SmallVector<Value> elements;
  for (int64_t i = 0; i < width; ++i)
    elements.push_back(
        memref::LoadOp::create(b, loc, memory, vector::ExtractOp::create(b, loc, position.value, i).getResult()));
  return {vector::FromElementsOp::create(b, loc, VectorType::get({width}, type), elements), Lane::Varying};
}

void LaneBuilder::store(Lane value, Value memory, Lane position, bool aligned) {
  if (position.kind == Lane::Uniform) {
    memref::StoreOp::create(b, loc, value.value, memory, position.value);
  } else if (position.kind == Lane::Consecutive) {
    Type type = cast<MemRefType>(memory.getType()).getElementType();
    vector::StoreOp::create(b, loc, vector(value), memory, position.value, /*nontemporal=*/false,
                            alignment(type, aligned));
  } else {
    Value elements = vector(value);
    for (int64_t i = 0; i < width; ++i)
      memref::StoreOp::create(b, loc, vector::ExtractOp::create(b, loc, elements, i), memory,
                              vector::ExtractOp::create(b, loc, position.value, i).getResult());
  }
}
