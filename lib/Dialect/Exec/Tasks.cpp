//===- Tasks.cpp - exec.call, exec.collective, exec.copy, exec.view ----------------------------===//
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::exec;

//=== ------------------------------------------------------------------------------------------===//
// exec.call
//=== ------------------------------------------------------------------------------------------===//

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
  if (op.getKind() == "all_gather")
    return verifyPart(op, input, output, dim);
  if (op.getKind() == "reduce_scatter")
    return verifyPart(op, output, input, dim);
  if (dim != -1 || input.getShape() != output.getShape())
    return op.emitOpError("an all_reduce keeps the shape and has dimension -1, got ")
           << input << " and " << output << ", dimension " << dim;
  return success();
}

LogicalResult CollectiveOp::verify() {
  StringRef kind = getKind(), reduction = getReduction();
  if (kind != "all_reduce" && kind != "all_gather" && kind != "reduce_scatter") // C1
    return emitOpError("kind must be all_reduce, all_gather or reduce_scatter, got \"") << kind << '"';
  if (reduction != "sum" && reduction != "max") // C1
    return emitOpError("reduction must be sum or max, got \"") << reduction << '"';
  if (static_cast<int64_t>(getGroupSize()) < 1)
    return emitOpError("group_size must be positive, got ") << static_cast<int64_t>(getGroupSize());
  if (getInputs().size() != getOutputs().size() || getInputs().size() != getDims().size()) // C2
    return emitOpError("must have as many inputs as outputs as dims, got ")
           << getInputs().size() << ", " << getOutputs().size() << " and " << getDims().size();
  for (auto [input, output, dim] : llvm::zip(getInputs(), getOutputs(), getDims())) // C3
    if (failed(verifyShapes(*this, cast<RankedTensorType>(input.getType()), cast<RankedTensorType>(output.getType()),
                            dim)))
      return failure();
  return success();
}

int64_t CollectiveOp::getWorkspaceBytes() {
  return 0;
}

bool CollectiveOp::mayAlias(unsigned result, unsigned operand) {
  return result == operand && getKind() == "all_reduce";
}

//=== ------------------------------------------------------------------------------------------===//
// exec.copy and exec.view
//=== ------------------------------------------------------------------------------------------===//

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
