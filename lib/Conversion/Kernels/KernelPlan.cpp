//===- KernelPlan.cpp - From linalg operations to slots and nodes ------------------------------===//
#include "KernelReader.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
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

/// Adds coefficient * expr, a function of the loops, to `coefficients`, whose last entry is the constant.
static LogicalResult addLinear(AffineExpr expr, int64_t factor, MutableArrayRef<int64_t> coefficients) {
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

FailureOr<KernelPlan> KernelReader::read() {
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

LogicalResult KernelReader::readOp(Operation &op) {
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

LogicalResult KernelReader::readScalar(Operation &op) {
  auto isScalar = [](Type type) { return type.isIntOrIndexOrFloat(); };
  bool elementwise = OpTrait::hasElementwiseMappableTraits(&op) || isa<arith::ConstantOp, dist::CoordinateOp>(op);
  if (!elementwise || !llvm::all_of(op.getResultTypes(), isScalar))
    return op.emitError("operation '") << op.getName() << "' is not supported in a kernel";
  plan.scalars.push_back(&op);
  return success();
}

LogicalResult KernelReader::checkRows(linalg::GenericOp op, ArrayRef<int64_t> sizes) {
  if (sizes.take_front(plan.rows().size()) == plan.rows())
    return success();
  return op.emitError("leading loops must be the kernel's rows [")
         << plan.rows() << "], got loops of [" << sizes << "]";
}

LogicalResult KernelReader::readGeneric(linalg::GenericOp op) {
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

unsigned KernelReader::addNode(Node node) {
  unsigned index = plan.nodes.size();
  for (Output &output : node.outputs)
    plan.slots[output.access.slot].writers.push_back(index);
  plan.nodes.push_back(std::move(node));
  return index;
}

//=== ------------------------------------------------------------------------------------------===//
// Reads
//=== ------------------------------------------------------------------------------------------===//

/// Composes the map with the row-major layout of the tensor. Loops of size 1 contribute nothing.
FailureOr<Access> KernelReader::readAccess(linalg::GenericOp op, Value value, AffineMap map, ArrayRef<int64_t> sizes,
                                           const Node &node) {
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
LogicalResult KernelReader::checkRead(Operation *op, const Access &access) {
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

LogicalResult KernelReader::readInputs(linalg::GenericOp op, ArrayRef<int64_t> sizes, Node &node) {
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

LogicalResult KernelReader::readGather(tensor::ExtractOp extract, Node &node) {
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

LogicalResult KernelReader::readPayload(linalg::GenericOp op, Node &node) {
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

FailureOr<KernelPlan> codegen::readKernel(exec::KernelOp kernel) {
  return KernelReader(kernel).read();
}

FailureOr<KernelPlan> codegen::planKernel(exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = readKernel(kernel);
  if (succeeded(plan))
    assignStages(*plan);
  return plan;
}
