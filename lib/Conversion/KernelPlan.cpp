//===- KernelPlan.cpp - From linalg operations to slots and nodes ------------------------------------------------------------===//
#include "KernelPlan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "shardc/Dialect/Dist/Dist.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

unsigned Access::depth() const {
  unsigned depth = inner.size();
  while (depth > 0 && inner[depth - 1] == 0)
    --depth;
  return depth;
}

SmallVector<ArrayAttr> codegen::coordinatesOf(exec::KernelOp kernel) {
  SmallVector<ArrayAttr> coordinates;
  kernel.walk([&](dist::CoordinateOp op) {
    if (!llvm::is_contained(coordinates, op.getAxes()))
      coordinates.push_back(op.getAxes());
  });
  return coordinates;
}

namespace {

/// Adds coefficient * expr, a function of the loops, to `coefficients`, whose last entry is the constant.
LogicalResult addLinear(AffineExpr expr, int64_t factor, MutableArrayRef<int64_t> coefficients) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    coefficients[dim.getPosition()] += factor;
    return success();
  }
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    coefficients.back() += factor * constant.getValue();
    return success();
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && binary.getKind() == AffineExprKind::Add)
    return success(succeeded(addLinear(binary.getLHS(), factor, coefficients)) &&
                   succeeded(addLinear(binary.getRHS(), factor, coefficients)));
  if (binary && binary.getKind() == AffineExprKind::Mul)
    if (auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS()))
      return addLinear(binary.getLHS(), factor * constant.getValue(), coefficients);
  return failure();
}

class Reader {
public:
  explicit Reader(exec::KernelOp kernel) { plan.kernel = kernel; }

  FailureOr<KernelPlan> read();

private:
  LogicalResult readOp(Operation &op);
  LogicalResult readScalar(Operation &op);
  LogicalResult readGeneric(linalg::GenericOp op);
  LogicalResult readYield(exec::YieldOp yield);

  LogicalResult checkRows(linalg::GenericOp op, ArrayRef<int64_t> sizes);
  LogicalResult readInputs(linalg::GenericOp op, ArrayRef<int64_t> sizes, Node &node);
  LogicalResult readPayload(linalg::GenericOp op, Node &node);
  LogicalResult readGather(tensor::ExtractOp extract, Node &node);
  LogicalResult readOutput(linalg::GenericOp op, ArrayRef<int64_t> sizes, unsigned index, Node &node);
  LogicalResult readReduction(linalg::GenericOp op, unsigned index, const Node &node, Output &output);
  LogicalResult checkRead(Operation *op, const Access &access);
  FailureOr<Access> readAccess(linalg::GenericOp op, Value value, AffineMap map, ArrayRef<int64_t> sizes, const Node &node);

  unsigned addSlot(Slot slot) {
    plan.slots.push_back(std::move(slot));
    return plan.slots.size() - 1;
  }
  unsigned addLocal(Type type) { return addSlot(Slot{Slot::Local, cast<RankedTensorType>(type)}); }
  unsigned addNode(Node node);
  FailureOr<unsigned> startFrom(linalg::GenericOp op, Value init, Type type);
  FailureOr<unsigned> startSum(linalg::GenericOp op, const Output &output, Type type, bool accumulatesRows);
  LogicalResult checkInjective(linalg::GenericOp op, ArrayRef<int64_t> sizes, const Access &access, const Node &node);
  Node copyOfRow(unsigned source, unsigned target);
  Node copyOfWhole(unsigned source, unsigned target);
  /// Returns true if a row is a run of elements.
  bool hasRows(RankedTensorType type) {
    return plan.numRows() == 1 || type.getShape().take_front(plan.rows().size()) == plan.rows();
  }
  bool coversSlot(const Access &access, const Node &node);

  KernelPlan plan;
};

} // namespace

FailureOr<KernelPlan> Reader::read() {
  Block &body = plan.kernel.getBody().front();
  plan.coordinates = coordinatesOf(plan.kernel);
  for (BlockArgument argument : body.getArguments()) {
    Slot slot{Slot::Argument, cast<RankedTensorType>(argument.getType())};
    slot.argument = argument.getArgNumber();
    plan.slotOf[argument] = addSlot(slot);
  }
  for (Operation &op : body)
    if (failed(readOp(op)))
      return failure();
  return std::move(plan);
}

LogicalResult Reader::readOp(Operation &op) {
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    return readGeneric(generic);
  if (auto yield = dyn_cast<exec::YieldOp>(op))
    return readYield(yield);
  if (isa<tensor::EmptyOp>(op)) {
    plan.slotOf[op.getResult(0)] = addSlot(Slot{Slot::Undefined, cast<RankedTensorType>(op.getResult(0).getType())});
    return success();
  }
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    Slot slot{Slot::Splat, cast<RankedTensorType>(fill.getResult(0).getType())};
    slot.splat = fill.getInputs().front();
    plan.slotOf[fill.getResult(0)] = addSlot(slot);
    return success();
  }
  if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
    plan.slotOf[op.getResult(0)] = plan.slotOf.lookup(op.getOperand(0));
    return success();
  }
  return readScalar(op);
}

LogicalResult Reader::readScalar(Operation &op) {
  auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
  bool elementwise = OpTrait::hasElementwiseMappableTraits(&op) || isa<arith::ConstantOp, dist::CoordinateOp>(op);
  if (!elementwise || !llvm::all_of(op.getResultTypes(), isScalar))
    return op.emitError("operation '") << op.getName() << "' is not supported in a kernel";
  plan.scalars.push_back(&op);
  return success();
}

LogicalResult Reader::checkRows(linalg::GenericOp op, ArrayRef<int64_t> sizes) {
  if (sizes.take_front(plan.rows().size()) == plan.rows())
    return success();
  return op.emitError("leading loops must be the kernel's rows [") << plan.rows() << "], got loops of [" << sizes << "]";
}

LogicalResult Reader::readGeneric(linalg::GenericOp op) {
  SmallVector<int64_t, 4> sizes = op.getStaticLoopRanges();
  if (failed(checkRows(op, sizes)))
    return failure();
  Node node;
  node.op = op;
  for (int64_t size : ArrayRef<int64_t>(sizes).drop_front(plan.rows().size())) {
    node.innerOf.push_back(size == 1 ? -1 : node.inner.size());
    if (size != 1)
      node.inner.push_back(size);
  }
  if (failed(readInputs(op, sizes, node)) || failed(readPayload(op, node)))
    return failure();
  for (unsigned i = 0; i < op.getNumDpsInits(); ++i)
    if (failed(readOutput(op, sizes, i, node)))
      return failure();
  addNode(std::move(node));
  return success();
}

unsigned Reader::addNode(Node node) {
  unsigned index = plan.nodes.size();
  for (Output &output : node.outputs)
    plan.slots[output.access.slot].writers.push_back(index);
  plan.nodes.push_back(std::move(node));
  return index;
}

//===----------------------------------------------------------------------------------------------------------------------===//
// Reads
//===----------------------------------------------------------------------------------------------------------------------===//

/// Composes the map with the row-major layout of the tensor. Loops of size 1 contribute nothing.
FailureOr<Access> Reader::readAccess(linalg::GenericOp op, Value value, AffineMap map, ArrayRef<int64_t> sizes, const Node &node) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> coefficients(sizes.size() + 1, 0);
  int64_t stride = 1;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    if (failed(addLinear(map.getResult(dim), stride, coefficients)))
      return op.emitError("indexing map ") << AffineMapAttr::get(map) << " is not linear in the loops";
    stride *= type.getDimSize(dim);
  }
  size_t numRowDims = plan.rows().size();
  Access access;
  access.slot = plan.slotOf.lookup(value);
  access.inner.assign(node.inner.size(), 0);
  access.offset = coefficients.back();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (i < numRowDims)
      access.rows.push_back(sizes[i] == 1 ? 0 : coefficients[i]);
    else if (int position = node.innerOf[i - numRowDims]; position >= 0)
      access.inner[position] = coefficients[i];
  }
  return access;
}

/// A local value is read in the row that wrote it.
LogicalResult Reader::checkRead(Operation *op, const Access &access) {
  const Slot &slot = plan.slots[access.slot];
  if (slot.origin == Slot::Undefined)
    return op->emitError("reads a tensor.empty");
  if (slot.origin != Slot::Local)
    return success();
  if (slot.accumulatesRows)
    return op->emitError("reads a value that is complete only after the last row");
  for (unsigned writer : slot.writers)
    for (const Output &output : plan.nodes[writer].outputs)
      if (output.access.slot == access.slot && output.access.rows != access.rows)
        return op->emitError("reads another row of a value that the kernel computes");
  return success();
}

LogicalResult Reader::readInputs(linalg::GenericOp op, ArrayRef<int64_t> sizes, Node &node) {
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(input->get().getType());
    if (!type)
      return op.emitError("inputs must be tensors, got ") << input->get().getType();
    FailureOr<Access> access = readAccess(op, input->get(), op.getMatchingIndexingMap(input), sizes, node);
    if (failed(access) || failed(checkRead(op, *access)))
      return failure();
    node.inputs.push_back(*access);
  }
  return success();
}

/// The rows of a local value that is gathered from are this row's.
static bool readsOwnRow(tensor::ExtractOp extract, size_t numRowDims) {
  for (size_t i = 0; i < numRowDims; ++i) {
    auto index = extract.getIndices()[i].getDefiningOp<linalg::IndexOp>();
    if (!index || index.getDim() != i)
      return false;
  }
  return true;
}

LogicalResult Reader::readGather(tensor::ExtractOp extract, Node &node) {
  Access access;
  access.slot = plan.slotOf.lookup(extract.getTensor());
  const Slot &source = plan.slots[access.slot];
  if (source.origin == Slot::Local && !source.accumulatesRows) {
    if (!hasRows(cast<RankedTensorType>(extract.getTensor().getType())) || !readsOwnRow(extract, plan.rows().size()))
      return extract.emitError("reads another row of a value that the kernel computes");
    access.rows = plan.nodes[source.writers.front()].outputs.front().access.rows;
  }
  node.gathered.push_back(access.slot);
  return checkRead(extract, access);
}

LogicalResult Reader::readPayload(linalg::GenericOp op, Node &node) {
  for (Operation &inside : op.getBody()->without_terminator()) {
    if (auto extract = dyn_cast<tensor::ExtractOp>(inside)) {
      if (failed(readGather(extract, node)))
        return failure();
    } else if (!isa<linalg::IndexOp, arith::ConstantOp>(inside) && !OpTrait::hasElementwiseMappableTraits(&inside)) {
      return inside.emitError("operation '") << inside.getName() << "' is not supported in a kernel's payload";
    }
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------------------===//
// Writes
//===----------------------------------------------------------------------------------------------------------------------===//

/// Returns true if the node writes every element of the slot, over all rows.
bool Reader::coversSlot(const Access &access, const Node &node) {
  int64_t written = 1;
  for (auto [size, coefficient] : llvm::zip(plan.rows(), access.rows))
    written *= coefficient != 0 ? size : 1;
  for (auto [size, coefficient] : llvm::zip(node.inner, access.inner))
    written *= coefficient != 0 ? size : 1;
  return written == plan.slots[access.slot].type.getNumElements();
}

/// A node that copies the part of one row.
Node Reader::copyOfRow(unsigned source, unsigned target) {
  RankedTensorType type = plan.slots[target].type;
  int64_t extent = type.getNumElements() / plan.numRows(), stride = extent;
  Access access;
  access.rows.assign(plan.rows().size(), 0);
  for (int64_t i = plan.rows().size() - 1; i >= 0; --i) {
    access.rows[i] = plan.rows()[i] == 1 ? 0 : stride;
    stride *= plan.rows()[i];
  }
  Node node;
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

/// A node that copies all elements, for the prologue.
Node Reader::copyOfWhole(unsigned source, unsigned target) {
  Node node;
  Access access;
  if (int64_t size = plan.slots[target].type.getNumElements(); size != 1) {
    node.inner.push_back(size);
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

/// Returns the slot of an output that leaves elements of `init` as they are: the slot of `init` itself where nothing else
/// reads it, otherwise a copy.
FailureOr<unsigned> Reader::startFrom(linalg::GenericOp op, Value init, Type type) {
  unsigned source = plan.slotOf.lookup(init);
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

/// Returns the slot of an output that is combined in memory, after its start is copied there: for each row, or once if rows
/// are added up.
FailureOr<unsigned> Reader::startSum(linalg::GenericOp op, const Output &output, Type type, bool accumulatesRows) {
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
LogicalResult Reader::checkInjective(linalg::GenericOp op, ArrayRef<int64_t> sizes, const Access &access, const Node &node) {
  size_t numRowDims = plan.rows().size();
  for (auto [i, iterator] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (iterator == utils::IteratorType::reduction || sizes[i] == 1)
      continue;
    if ((i < numRowDims ? access.rows[i] : access.inner[node.innerOf[i - numRowDims]]) == 0)
      return op.emitError("an output must depend on every parallel loop, not so on loop ") << i;
  }
  return success();
}

LogicalResult Reader::readOutput(linalg::GenericOp op, ArrayRef<int64_t> sizes, unsigned index, Node &node) {
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
LogicalResult Reader::readReduction(linalg::GenericOp op, unsigned index, const Node &node, Output &output) {
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
  bool combines = combiner && combiner->getNumOperands() == 2 && argument.hasOneUse() && *argument.user_begin() == combiner &&
                  arith::getNeutralElement(combiner).has_value();
  if (!combines)
    return op.emitError("a reduction must yield one associative operation on its output argument");
  output.combiner = combiner;
  output.element = combiner->getOperand(combiner->getOperand(0) == argument ? 1 : 0);
  return success();
}

LogicalResult Reader::readYield(exec::YieldOp yield) {
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

FailureOr<KernelPlan> codegen::planKernel(exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = Reader(kernel).read();
  if (succeeded(plan))
    assignStages(*plan);
  return plan;
}
