//===- SectionKernels.cpp - The tasks that a section adds to those of its function -------------===//
#include "UnitSection.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "shardc/Analysis/SectionValues.h"

using namespace mlir;
using namespace shardc;

/// Gives a task its stream and says what its results hold. What a reduction takes is a gradient on its way from where
/// it was computed.
void SectionBuilder::assign(exec::TaskOpInterface task, Lane lane) {
  task.setStream(lane.stream);
  if (lane.holds == computing.holds)
    return;
  for (unsigned i = 0; i < task->getNumResults(); ++i)
    task.setMemoryKind(i, lane.holds);
  if (lane.holds != reducing.holds)
    return;
  for (Value operand : task->getOperands())
    if (auto producer = rootOf(operand).getDefiningOp<exec::TaskOpInterface>())
      producer.setMemoryKind(cast<OpResult>(rootOf(operand)).getResultNumber(), lane.holds);
}

/// Builds a generic over all elements of `type`; `payload` computes one from those of `inputs`.
static Value buildPointwise(OpBuilder &b, Location loc, RankedTensorType type, ValueRange inputs,
                            function_ref<Value(OpBuilder &, Location, ValueRange)> payload) {
  Value empty = tensor::EmptyOp::create(b, loc, type.getShape(), type.getElementType());
  SmallVector<AffineMap> maps(inputs.size() + 1, b.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto body = [&](OpBuilder &inner, Location innerLoc, ValueRange elements) {
    linalg::YieldOp::create(inner, innerLoc, payload(inner, innerLoc, elements));
  };
  return linalg::GenericOp::create(b, loc, TypeRange{type}, inputs, ValueRange{empty}, maps, iterators, body)
      .getResult(0);
}

/// All dimensions but the last.
static ArrayRef<int64_t> rowsOf(RankedTensorType type) {
  return type.getShape().take_front(std::max<int64_t>(type.getRank() - 1, 0));
}

Value SectionBuilder::buildLaunch(Location loc, FlatSymbolRefAttr kernel, ValueRange inputs, Type type, Lane lane) {
  auto launch = exec::LaunchOp::create(builder, loc, type, kernel, inputs);
  assign(launch, lane);
  return launch.getOutputs()[0];
}

/// A float in another type.
static Value convert(OpBuilder &b, Location loc, Value number, Type type) {
  unsigned from = number.getType().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (from == to)
    return number;
  return from < to ? arith::ExtFOp::create(b, loc, type, number).getResult()
                   : arith::TruncFOp::create(b, loc, type, number);
}

/// Adds a gradient, which may be narrower, to an accumulator.
Value SectionBuilder::buildAdd(Location loc, Value x, Value y, Lane lane) {
  auto type = cast<RankedTensorType>(x.getType());
  auto kernel =
      kernels.getKernel(loc, "accumulate", {type, y.getType()}, rowsOf(type), type.getNumElements(),
                        [&](OpBuilder &b, ValueRange arguments) {
                          return SmallVector<Value>{buildPointwise(
                              b, loc, type, arguments, [](OpBuilder &inner, Location l, ValueRange elements) -> Value {
                                return arith::AddFOp::create(inner, l, elements[0],
                                                             convert(inner, l, elements[1], elements[0].getType()));
                              })};
                        });
  return buildLaunch(loc, kernel, {x, y}, type, lane);
}

Value SectionBuilder::buildCast(Location loc, Value value, Type elementType, Lane lane) {
  auto from = cast<RankedTensorType>(value.getType());
  if (from.getElementType() == elementType)
    return value;
  RankedTensorType to = from.clone(elementType);
  auto kernel = kernels.getKernel(loc, "cast", {from}, rowsOf(to), 0, [&](OpBuilder &b, ValueRange arguments) {
    return SmallVector<Value>{
        buildPointwise(b, loc, to, arguments, [&](OpBuilder &inner, Location l, ValueRange elements) -> Value {
          return convert(inner, l, elements[0], elementType);
        })};
  });
  return buildLaunch(loc, kernel, value, to, lane);
}

Value SectionBuilder::buildZeros(Location loc, RankedTensorType type) {
  auto kernel = kernels.getKernel(loc, "zero", {}, rowsOf(type), 0, [&](OpBuilder &b, ValueRange) {
    return SmallVector<Value>{buildPointwise(b, loc, type, {}, [&](OpBuilder &inner, Location l, ValueRange) -> Value {
      return arith::ConstantOp::create(inner, l, inner.getZeroAttr(type.getElementType()));
    })};
  });
  return buildLaunch(loc, kernel, {}, type, computing);
}
