//===- Tasks.cpp - exec.call, exec.collective, exec.copy, exec.view ----------------------------===//
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::exec;

//=== ------------------------------------------------------------------------------------------===//
// What all tasks say
//=== ------------------------------------------------------------------------------------------===//

void TaskOpInterface::setOrder(int64_t id, ArrayRef<int64_t> waits) {
  setOrderAttr(OrderAttr::get((*this)->getContext(), id, getStream(), waits));
}

void TaskOpInterface::setStream(Stream stream) {
  setOrderAttr(OrderAttr::get((*this)->getContext(), getTaskId(), stream, getWaits()));
}

void TaskOpInterface::setBytes(ArrayRef<int64_t> offsets, std::optional<int64_t> workspace) {
  setBytesAttr(BytesAttr::get((*this)->getContext(), offsets, workspace));
}

MemoryKind TaskOpInterface::getMemoryKind(unsigned result) {
  HoldsAttr holds = getHoldsAttr();
  if (!holds)
    return MemoryKind::Activations;
  ArrayRef<MemoryKind> kinds = holds.getKinds();
  return kinds.size() == 1 ? kinds.front() : kinds[result];
}

void TaskOpInterface::setMemoryKind(unsigned result, MemoryKind kind) {
  SmallVector<MemoryKind> kinds;
  for (unsigned i = 0; i < (*this)->getNumResults(); ++i)
    kinds.push_back(i == result ? kind : getMemoryKind(i));
  if (llvm::all_equal(kinds))
    kinds.resize(1);
  setHoldsAttr(HoldsAttr::get((*this)->getContext(), kinds));
}

LogicalResult exec::verifyTask(TaskOpInterface task) {
  HoldsAttr holds = task.getHoldsAttr();
  size_t numResults = task->getNumResults();
  if (holds && holds.getKinds().size() != 1 && holds.getKinds().size() != numResults)
    return task->emitOpError("must say what it holds once or for each of its ")
           << numResults << " results, got " << holds.getKinds().size() << " kinds";
  BytesAttr bytes = task.getBytesAttr();
  if (bytes && bytes.getOffsets().size() != numResults)
    return task->emitOpError("must have an offset for each of its ")
           << numResults << " results, got " << bytes.getOffsets().size();
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// exec.call
//=== ------------------------------------------------------------------------------------------===//

void CallOp::build(OpBuilder &builder, OperationState &state, TypeRange outputs, const RuntimeFunction &function,
                   ValueRange inputs, const LibraryCall &call, int64_t flops) {
  state.addTypes(outputs);
  state.addOperands(inputs);
  auto &properties = state.getOrAddProperties<Properties>();
  properties.function = builder.getStringAttr(function.symbol);
  properties.function_type = TypeAttr::get(function.type);
  properties.constants = builder.getArrayAttr(SmallVector<Attribute>(call.constants.begin(), call.constants.end()));
  properties.workspace = builder.getI64IntegerAttr(call.workspaceBytes);
  properties.integers = builder.getDenseI64ArrayAttr(call.integers);
  properties.floats = builder.getDenseF64ArrayAttr(call.floats);
  properties.flops = builder.getI64IntegerAttr(flops);
}

StringRef CallOp::getCallee() {
  return getFunction();
}

int64_t CallOp::getWorkspaceBytes() {
  return getWorkspace();
}

bool CallOp::mayAlias(unsigned result, unsigned operand) {
  ArrayRef<int64_t> pairs = getInPlace().value_or(ArrayRef<int64_t>());
  for (size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i] == result && pairs[i + 1] == operand)
      return true;
  return false;
}

CallOp CallOp::addTerm(OpBuilder &builder, Value term) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(*this);
  auto sum = cast<CallOp>(builder.clone(**this));
  sum.setFunction(*getAdding());
  sum.setFunctionType(*getAddingType());
  sum.setInPlaceAttr(builder.getDenseI64ArrayAttr({0, static_cast<int64_t>(getInputs().size())}));
  sum.removeAddingAttr();
  sum.removeAddingTypeAttr();
  sum.getInputsMutable().append(term);
  replaceAllUsesWith(sum);
  erase();
  return sum;
}

//=== ------------------------------------------------------------------------------------------===//
// exec.collective
//=== ------------------------------------------------------------------------------------------===//

void CollectiveOp::build(OpBuilder &builder, OperationState &state, CollectiveKind kind, ValueRange inputs,
                         FunctionType placed, ArrayAttr axes, int64_t groupSize, ArrayRef<int64_t> dims,
                         const Twine &cause) {
  for (Type output : placed.getResults())
    state.addTypes(withoutEncoding(output));
  state.addOperands(inputs);
  auto &properties = state.getOrAddProperties<Properties>();
  properties.kind = CollectiveKindAttr::get(builder.getContext(), kind);
  if (isReduction(kind))
    properties.reduction = ReductionAttr::get(builder.getContext(), Reduction::Sum);
  properties.placed = TypeAttr::get(placed);
  properties.axes = axes;
  properties.group_size = builder.getI64IntegerAttr(groupSize);
  properties.dims = builder.getDenseI64ArrayAttr(dims);
  properties.cause = builder.getStringAttr(cause);
}

bool exec::isReduction(CollectiveKind kind) {
  switch (kind) {
  case CollectiveKind::AllReduce:
  case CollectiveKind::ReduceScatter:
    return true;
  case CollectiveKind::AllGather:
    return false;
  }
  llvm_unreachable("not a kind of collective");
}

StringRef CollectiveOp::getCallee() {
  return stringifyCollectiveKind(getKind());
}

/// Verifies that `part` is one rank's part of `whole` in dimension `dim`: the rounded-up quotient by the group's size.
static LogicalResult verifyPart(CollectiveOp op, RankedTensorType part, RankedTensorType whole, int64_t dim) {
  if (dim < 0 || dim >= whole.getRank() || part.getRank() != whole.getRank())
    return op.emitOpError("dimension ") << dim << " must be one of both " << part << " and " << whole;
  SmallVector<int64_t> expected(whole.getShape());
  expected[dim] = llvm::divideCeil(expected[dim], op.getGroupSize());
  if (part.getShape() != ArrayRef<int64_t>(expected))
    return op.emitOpError("a part of ") << whole << " in dimension " << dim << " over " << op.getGroupSize()
                                        << " ranks is not " << part;
  return success();
}

static LogicalResult verifyShapes(CollectiveOp op, RankedTensorType input, RankedTensorType output, int64_t dim) {
  if (input.getElementType() != output.getElementType())
    return op.emitOpError("inputs and outputs must have one element type, got ") << input << " and " << output;
  switch (op.getKind()) {
  case CollectiveKind::AllGather:
    return verifyPart(op, input, output, dim);
  case CollectiveKind::ReduceScatter:
    return verifyPart(op, output, input, dim);
  case CollectiveKind::AllReduce:
    if (dim == -1 && input.getShape() == output.getShape())
      return success();
    return op.emitOpError("an all_reduce keeps the shape and has dimension -1, got ")
           << input << " and " << output << ", dimension " << dim;
  }
  llvm_unreachable("not a kind of collective");
}

LogicalResult CollectiveOp::verify() {
  if (isReduction(getKind()) != getReduction().has_value()) // C1
    return emitOpError("a collective ") << stringifyCollectiveKind(getKind())
                                        << (getReduction() ? " has no reduction, got " : " must have a reduction")
                                        << (getReduction() ? stringifyReduction(*getReduction()) : "");
  if (static_cast<int64_t>(getGroupSize()) < 1)
    return emitOpError("group_size must be positive, got ") << static_cast<int64_t>(getGroupSize());
  if (getInputs().size() != getOutputs().size() || getInputs().size() != getDims().size()) // C2
    return emitOpError("must have as many inputs as outputs as dims, got ")
           << getInputs().size() << ", " << getOutputs().size() << " and " << getDims().size();
  for (auto [input, output, dim] : llvm::zip(getInputs(), getOutputs(), getDims())) // C3
    if (failed(verifyShapes(*this, cast<RankedTensorType>(input.getType()), cast<RankedTensorType>(output.getType()),
                            dim)))
      return failure();
  auto isPlain = [](TypeRange placed, TypeRange plain) {
    return llvm::equal(placed, plain, [](Type a, Type b) { return withoutEncoding(a) == withoutEncoding(b); });
  };
  std::optional<FunctionType> placed = getPlaced();
  if (placed && (!isPlain(placed->getInputs(), getInputs().getTypes()) ||
                 !isPlain(placed->getResults(), getOutputs().getTypes()))) // C4
    return emitOpError("placed must have the types of inputs and outputs, got ") << *placed;
  return success();
}

int64_t CollectiveOp::getWorkspaceBytes() {
  return 0;
}

bool CollectiveOp::mayAlias(unsigned result, unsigned operand) {
  return result == operand && getKind() == CollectiveKind::AllReduce;
}

//=== ------------------------------------------------------------------------------------------===//
// exec.copy and exec.view
//=== ------------------------------------------------------------------------------------------===//

StringRef CopyOp::getCallee() {
  return "copy";
}

LogicalResult CopyOp::verify() {
  if (getInputs().size() != 1 || getOutputs().size() != 1) // C1
    return emitOpError("must have one input and one output");
  if (bytesOf(getInputs()[0].getType()) != bytesOf(getOutputs()[0].getType())) // C1
    return emitOpError("must have as many bytes in as out, got ")
           << getInputs()[0].getType() << " and " << getOutputs()[0].getType();
  return success();
}

int64_t CopyOp::getWorkspaceBytes() {
  return 0;
}

bool CopyOp::mayAlias(unsigned result, unsigned operand) {
  return false;
}

LogicalResult ViewOp::verify() {
  if (bytesOf(getResult().getType()) > bytesOf(getX().getType())) // C1
    return emitOpError("the result must have at most the bytes of the operand, got ")
           << bytesOf(getResult().getType()) << " and " << bytesOf(getX().getType());
  return success();
}
