//===- KernelOutputs.cpp - What the operations of a kernel write -------------------------------===//
#include "KernelReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Returns true if the node writes every element of the slot, over all rows.
bool KernelReader::coversSlot(const Access &access, const Node &node) {
  int64_t written = 1;
  for (auto [size, coefficient] : llvm::zip(plan.rows(), access.rows))
    written *= coefficient != 0 ? size : 1;
  for (auto [size, coefficient] : llvm::zip(node.inner, access.inner))
    written *= coefficient != 0 ? size : 1;
  return written == plan.slots[access.slot].type.getNumElements();
}

/// A node that copies `extent` neighbouring elements of one slot to the same places of another.
static Node copyOf(unsigned source, unsigned target, int64_t extent, ArrayRef<int64_t> rowStrides) {
  Node node;
  Access access;
  access.rows.assign(rowStrides.begin(), rowStrides.end());
  if (extent != 1) {
    node.inner.push_back(extent);
    access.inner.push_back(1);
  }
  access.slot = source;
  node.inputs.push_back(access);
  Output output;
  output.access = access;
  output.access.slot = target;
  output.reducedFrom = node.inner.size();
  node.outputs.push_back(output);
  return node;
}

/// A node that copies the part of one row.
Node KernelReader::copyOfRow(unsigned source, unsigned target) {
  int64_t extent = plan.slots[target].type.getNumElements() / plan.numRows(), stride = extent;
  SmallVector<int64_t> strides(plan.rows().size());
  for (size_t i = strides.size(); i-- > 0; stride *= plan.rows()[i])
    strides[i] = plan.rows()[i] == 1 ? 0 : stride;
  return copyOf(source, target, extent, strides);
}

/// A node that copies all elements, for the prologue.
Node KernelReader::copyOfWhole(unsigned source, unsigned target) {
  return copyOf(source, target, plan.slots[target].type.getNumElements(), {});
}

/// Returns true if nothing but one operation reads the value or what it is a view of.
static bool isReadOnce(Value value) {
  while (value.hasOneUse()) {
    Operation *view = value.getDefiningOp();
    if (!isa_and_present<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(view))
      return true;
    value = view->getOperand(0);
  }
  return false;
}

/// Returns the slot of an output that leaves elements of `init` as they are: the slot of `init` itself where nothing
/// else reads it, otherwise a copy.
FailureOr<unsigned> KernelReader::startFrom(linalg::GenericOp op, Value init, Type type) {
  unsigned source = plan.slotOf.lookup(init);
  if (plan.slots[source].accumulatesRows)
    return op.emitError("writes over a part of a value that is complete only after the last row");
  if (plan.slots[source].origin == Slot::Local && isReadOnce(init))
    return source;
  unsigned target = addLocal(type);
  if (plan.slots[source].origin == Slot::Undefined)
    return target;
  if (!hasRows(plan.slots[target].type))
    return op.emitError("an output that is written in part must have the kernel's rows first, got ") << type;
  addNode(copyOfRow(source, target));
  return target;
}

/// Returns the slot of an output that is combined in memory, after its start is copied there: for each row, or once if
/// rows are added up.
FailureOr<unsigned> KernelReader::startSum(linalg::GenericOp op, const Output &output, Type type,
                                           bool accumulatesRows) {
  if (failed(checkRead(op, *output.init)))
    return failure();
  unsigned target = addLocal(type);
  plan.slots[target].accumulatesRows = accumulatesRows;
  if (accumulatesRows)
    plan.prologue.push_back(addNode(copyOfWhole(output.init->slot, target)));
  else if (hasRows(plan.slots[target].type))
    addNode(copyOfRow(output.init->slot, target));
  else
    return op.emitError("an output that is summed in memory must have the kernel's rows first, got ") << type;
  return target;
}

/// Elements are written by one point of the parallel loops each.
LogicalResult KernelReader::checkInjective(linalg::GenericOp op, ArrayRef<int64_t> sizes, const Access &access,
                                           const Node &node) {
  size_t numRowDims = plan.rows().size();
  for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (iterator == utils::IteratorType::reduction || sizes[i] == 1)
      continue;
    if ((i < numRowDims ? access.rows[i] : access.inner[node.innerOf[i - numRowDims]]) == 0)
      return op.emitError("an output must depend on every parallel loop, not so on loop ") << i;
  }
  return success();
}

LogicalResult KernelReader::readOutput(linalg::GenericOp op, ArrayRef<int64_t> sizes, unsigned index, Node &node) {
  OpOperand *init = op.getDpsInitOperand(index);
  FailureOr<Access> access = readAccess(op, init->get(), op.getMatchingIndexingMap(init), sizes, node);
  if (failed(access) || failed(checkInjective(op, sizes, *access, node)))
    return failure();
  Output output;
  output.access = output.init.emplace(*access);
  output.reducedFrom = node.inner.size();
  output.element = op.getBody()->getTerminator()->getOperand(index);
  bool accumulatesRows = false;
  for (size_t i = 0; i < plan.rows().size(); ++i)
    accumulatesRows |= sizes[i] != 1 && op.getIteratorTypesArray()[i] == utils::IteratorType::reduction;
  if (failed(readReduction(op, index, node, output)))
    return failure();

  Type type = op.getResult(index).getType();
  FailureOr<unsigned> slot;
  output.combinesInMemory |= accumulatesRows;
  if (output.combinesInMemory) {
    slot = startSum(op, output, type, accumulatesRows);
    output.init.reset();
  } else {
    bool readsInit = output.combiner || !op.getMatchingBlockArgument(init).use_empty();
    if (readsInit && failed(checkRead(op, *output.init)))
      return failure();
    if (!readsInit)
      output.init.reset();
    slot = coversSlot(*access, node) ? FailureOr<unsigned>(addLocal(type)) : startFrom(op, init->get(), type);
  }
  if (failed(slot))
    return failure();
  output.access.slot = *slot;
  plan.slotOf[op.getResult(index)] = *slot;
  node.outputs.push_back(std::move(output));
  return success();
}

/// Finds how an output is reduced: the trailing inner loops in registers, others in memory.
LogicalResult KernelReader::readReduction(linalg::GenericOp op, unsigned index, const Node &node, Output &output) {
  SmallVector<bool> reduced(node.inner.size(), false);
  bool any = false;
  size_t numRowDims = plan.rows().size();
  SmallVector<int64_t, 4> sizes = op.getStaticLoopRanges();
  for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (iterator != utils::IteratorType::reduction || sizes[i] == 1)
      continue;
    any = true;
    if (i >= numRowDims)
      reduced[node.innerOf[i - numRowDims]] = true;
  }
  if (!any)
    return success();
  while (output.reducedFrom > 0 && reduced[output.reducedFrom - 1])
    reduced[--output.reducedFrom] = false;
  output.combinesInMemory = llvm::is_contained(reduced, true);

  BlockArgument argument = op.getMatchingBlockArgument(op.getDpsInitOperand(index));
  Operation *combiner = output.element.getDefiningOp();
  bool combines = combiner && combiner->getNumOperands() == 2 && argument.hasOneUse() &&
                  *argument.user_begin() == combiner && arith::getNeutralElement(combiner).has_value();
  if (!combines)
    return op.emitError("a reduction must yield one associative operation on its output argument");
  output.combiner = combiner;
  output.element = combiner->getOperand(combiner->getOperand(0) == argument ? 1 : 0);
  return success();
}

LogicalResult KernelReader::readYield(exec::YieldOp yield) {
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    unsigned slot = plan.slotOf.lookup(value);
    Slot &source = plan.slots[slot];
    if (source.origin == Slot::Undefined)
      continue;
    if (source.origin == Slot::Local && source.results.empty()) {
      source.results.push_back(i);
      continue;
    }
    if (source.accumulatesRows)
      return yield.emitError("yields a sum over rows twice");
    bool whole = !hasRows(source.type);
    unsigned target = addLocal(value.getType());
    plan.slots[target].results.push_back(i);
    unsigned node = addNode(whole ? copyOfWhole(slot, target) : copyOfRow(slot, target));
    if (whole)
      plan.prologue.push_back(node);
  }
  return success();
}
