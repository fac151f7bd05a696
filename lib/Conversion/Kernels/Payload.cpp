//===- Payload.cpp - The scalar operations of a node, on lanes ---------------------------------===//
#include "StageEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Emits the payload for the lanes at the current position; returns the element of each output.
SmallVector<Lane> StageEmitter::emitPayload(const Node &node, LaneBuilder &lanes) {
  linalg::GenericOp op = node.op;
  DenseMap<Value, Lane> values;
  auto lookup = [&](Value value) -> Lane {
    auto found = values.find(value);
    return found != values.end() ? found->second : Lane{frame.scalars.lookup(value)};
  };
  for (auto [input, access] : llvm::zip(op.getDpsInputOperands(), node.inputs))
    values[op.getMatchingBlockArgument(input)] = read(access, lanes);
  for (auto [i, output] : llvm::enumerate(node.outputs))
    if (output.init && !output.combiner)
      values[op.getMatchingBlockArgument(op.getDpsInitOperand(i))] = read(*output.init, lanes);

  for (Operation &inside : op.getBody()->without_terminator()) {
    if (llvm::any_of(node.outputs, [&](const Output &output) { return output.combiner == &inside; }))
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(inside)) {
      values[index] = emitIndex(node, index.getDim(), lanes);
    } else if (isa<arith::ConstantOp>(inside)) {
      values[inside.getResult(0)] = {b.clone(inside)->getResult(0)};
    } else if (auto extract = dyn_cast<tensor::ExtractOp>(inside)) {
      SmallVector<Lane> indices = llvm::map_to_vector(extract.getIndices(), lookup);
      values[extract] = emitGather(extract.getTensor(), indices, lanes);
    } else {
      SmallVector<Lane> results = lanes.apply(&inside, llvm::map_to_vector(inside.getOperands(), lookup));
      for (auto [result, lane] : llvm::zip(inside.getResults(), results))
        values[result] = lane;
    }
  }
  return llvm::map_to_vector(node.outputs, [&](const Output &output) { return lookup(output.element); });
}

/// The number of a loop: a coordinate of the row, a scalar loop, or consecutive lanes of the innermost one.
Lane StageEmitter::emitIndex(const Node &node, unsigned dim, LaneBuilder &lanes) {
  size_t numRowDims = frame.rowCoordinates.size();
  if (dim < numRowDims)
    return {frame.rowCoordinates[dim]};
  int level = node.innerOf[dim - numRowDims];
  if (level < 0)
    return {lanes.index(0)};
  return level + 1 == static_cast<int>(inner.size()) ? lanes.sequence(loops[level], 1) : Lane{loops[level]};
}

/// Loads the elements of a tensor at computed indices. The row of a value that lies in scratch is this one.
Lane StageEmitter::emitGather(Value tensor, ArrayRef<Lane> indices, LaneBuilder &lanes) {
  unsigned slot = frame.plan.slotOf.lookup(tensor);
  if (frame.plan.slots[slot].origin == Slot::Splat)
    return {frame.scalars.lookup(frame.plan.slots[slot].splat)};
  ArrayRef<int64_t> shape = cast<RankedTensorType>(tensor.getType()).getShape();
  size_t first = isInRow(slot) ? frame.rowCoordinates.size() : 0;
  Lane position = {lanes.index(0)};
  int64_t stride = 1;
  // The innermost loop goes by whole vectors; so does the rest of the position where rows are made of them.
  bool isAligned =
      frame.target.alignsVectors() && !indices.empty() && !loops.empty() && indices.back().value == loops.back();
  for (size_t dim = shape.size(); dim-- > first; stride *= shape[dim]) {
    position = lanes.add(position, lanes.scale(indices[dim], stride));
    isAligned &= dim + 1 == shape.size() || stride % lanes.getWidth() == 0;
  }
  return lanes.load(frame.memory[slot].front(), position, isAligned);
}
