//===- Parameter.cpp - Parameters and their chains ---------------------------------------------===//
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

static RankedTensorType globalType(ParameterOp parameter) {
  return cast<RankedTensorType>(parameter.getType());
}

void ParameterOp::build(OpBuilder &builder, OperationState &state, StringRef name, RankedTensorType type,
                        ShardingAttr stored, StringRef unit, StringRef init) {
  Properties &properties = state.getOrAddProperties<Properties>();
  properties.sym_name = builder.getStringAttr(name);
  properties.type = TypeAttr::get(type);
  properties.stored = stored;
  properties.unit = builder.getStringAttr(unit);
  properties.init = builder.getStringAttr(init);
}

//===- Stages ----------------------------------------------------------------------------------===//

/// Returns the first of `stages` that is written; the stored one if none is.
static StageAttr firstWritten(ParameterOp parameter, std::initializer_list<std::optional<StageAttr>> stages) {
  for (const std::optional<StageAttr> &stage : stages)
    if (stage)
      return *stage;
  return StageAttr::get(parameter.getContext(), globalType(parameter).getElementType(), parameter.getStored());
}

static RankedTensorType typeOf(ParameterOp parameter, StageAttr stage) {
  return localType(globalType(parameter).getShape(), stage.getElementType(), Placement::of(stage.getPlacement()),
                   meshOf(parameter));
}

StageAttr ParameterOp::getParkedStage() {
  return firstWritten(*this, {getParked(), getHeld(), getResident()});
}

StageAttr ParameterOp::getAccumulatorStage() {
  return firstWritten(*this, {getAccumulator()});
}

RankedTensorType ParameterOp::getStoredType() {
  return typeOf(*this, firstWritten(*this, {}));
}

RankedTensorType ParameterOp::getResidentType() {
  return typeOf(*this, firstWritten(*this, {getResident()}));
}

RankedTensorType ParameterOp::getHeldType() {
  return typeOf(*this, firstWritten(*this, {getHeld(), getResident()}));
}

RankedTensorType ParameterOp::getParkedType() {
  return typeOf(*this, getParkedStage());
}

RankedTensorType ParameterOp::getAccumulatorType() {
  return typeOf(*this, getAccumulatorStage());
}

Type ParameterOp::getReduceElementType() {
  return getReduceType() ? Type(*getReduceType()) : getAccumulatorStage().getElementType();
}

void ParameterOp::accumulatePartial(ArrayRef<StringAttr> axes) {
  RankedTensorType type = getAccumulatorType();
  Placement placement = Placement::of(type);
  for (StringAttr axis : axes)
    if (placement.kind(axis) == Placement::R)
      placement.set(axis, Placement::P);
  if (!(placement == Placement::of(type)))
    setAccumulatorAttr(StageAttr::get(getContext(), type.getElementType(), placement.toAttr(getContext())));
}

//===- Chains ----------------------------------------------------------------------------------===//

static bool isPrefix(ArrayRef<StringAttr> prefix, ArrayRef<StringAttr> axes) {
  return axes.take_front(prefix.size()) == prefix;
}

static std::string describeChange(StringAttr axis, Placement::Kind from, Placement::Kind to) {
  return llvm::formatv("changes \"{0}\" from {1} to {2}", axis.getValue(), letter(from), letter(to));
}

/// Returns what differs between two placements with equal kinds on `axis`: the dimension that it shards.
static std::string describeDim(StringAttr axis, int64_t from, int64_t to) {
  return llvm::formatv("changes \"{0}\" from dimension {1} to dimension {2}", axis.getValue(), from, to);
}

std::string dist::findObstacle(const Placement &from, const Placement &to, MeshOp mesh) {
  if (to.dims.size() != from.dims.size())
    return llvm::formatv("must have rank {0}, got {1}", from.dims.size(), to.dims.size());
  for (auto axis : mesh.getAxes().getAsRange<StringAttr>()) {
    Placement::Kind was = from.kind(axis), is = to.kind(axis);
    bool isReached = is == was || is == Placement::C;
    if (was == Placement::P || !isReached)
      return describeChange(axis, was, is);
    if (was == Placement::S && is == Placement::S && from.dimOf(axis) != to.dimOf(axis))
      return describeDim(axis, from.dimOf(axis), to.dimOf(axis));
  }
  for (auto [dim, axes] : llvm::enumerate(to.dims))
    if (!isPrefix(axes, from.dims[dim]))
      return llvm::formatv("axes of dimension {0} must be the major ones of the stored placement", dim);
  return "";
}

std::string dist::findSumObstacle(const Placement &from, const Placement &to, MeshOp mesh) {
  if (to.dims.size() != from.dims.size())
    return llvm::formatv("must have rank {0}, got {1}", to.dims.size(), from.dims.size());
  for (auto axis : mesh.getAxes().getAsRange<StringAttr>()) {
    Placement::Kind was = from.kind(axis), is = to.kind(axis);
    if (is == Placement::C || (was != Placement::P && was != is))
      return describeChange(axis, was, is);
    if (was == Placement::S && from.dimOf(axis) != to.dimOf(axis))
      return describeDim(axis, from.dimOf(axis), to.dimOf(axis));
  }
  for (auto [dim, axes] : llvm::enumerate(from.dims))
    if (!isPrefix(axes, to.dims[dim]))
      return llvm::formatv("axes of dimension {0} must be the major ones of what it is summed to", dim);
  return "";
}

//===- Verifier --------------------------------------------------------------------------------===//

static LogicalResult verifyPart(ParameterOp op) { // C3
  Attribute part[] = {op.getTensorAttr(), op.getTensorDimAttr(), op.getTensorAtAttr(), op.getTensorSizeAttr()};
  int64_t given = llvm::count_if(part, [](Attribute attr) { return bool(attr); });
  if (given == 0)
    return success();
  if (given != 4)
    return op.emitOpError("must have tensor, tensor_dim, tensor_at and tensor_size or none of them, got ")
           << given << " of them";
  RankedTensorType type = globalType(op);
  int64_t dim = *op.getTensorDim(), at = *op.getTensorAt(), size = *op.getTensorSize();
  if (dim < 0 || dim >= type.getRank())
    return op.emitOpError("tensor_dim must be a dimension of ") << type << ", got " << dim;
  int64_t extent = type.getDimSize(dim);
  if (at < 0 || size < at || extent > size - at)
    return op.emitOpError("must lie within the ")
           << size << " of " << *op.getTensor() << ", got " << extent << " at " << at;
  return success();
}

/// Checks that `placement` is one of a tensor of the parameter's shape.
static LogicalResult verifyPlacement(ParameterOp op, MeshOp mesh, StringRef stage, const Placement &placement) {
  if (failed(verifyAxes(op, mesh, placement)))
    return failure();
  ArrayRef<int64_t> shape = globalType(op).getShape();
  if (placement.dims.size() != shape.size())
    return op.emitOpError() << stage << " placement must have rank " << shape.size() << ", got "
                            << placement.dims.size();
  for (auto [dim, size] : llvm::enumerate(placement.sizes))
    if (size != 0 && size != shape[dim])
      return op.emitOpError() << stage << " placement must give dimension " << dim << " size " << shape[dim] << ", got "
                              << size;
  return success();
}

/// Checks that an element type is that of floats, and no wider than the one that comes before it.
static LogicalResult verifyElementType(ParameterOp op, StringRef stage, Type type, Type before) {
  if (!isa<FloatType>(type) || type.getIntOrFloatBitWidth() > before.getIntOrFloatBitWidth())
    return op.emitOpError() << stage << " must be of floats no wider than " << before << ", got " << type;
  return success();
}

static LogicalResult verifyStages(ParameterOp op, MeshOp mesh) { // C4
  std::pair<StringRef, std::optional<StageAttr>> stages[] = {
      {"resident", op.getResident()}, {"held", op.getHeld()}, {"parked", op.getParked()}};
  Placement before = Placement::of(op.getStored());
  Type elementType = globalType(op).getElementType();
  for (auto [name, stage] : stages) {
    if (!stage)
      continue;
    Placement placement = Placement::of(stage->getPlacement());
    if (failed(verifyPlacement(op, mesh, name, placement)) ||
        failed(verifyElementType(op, name, stage->getElementType(), elementType)))
      return failure();
    if (std::string obstacle = findObstacle(before, placement, mesh); !obstacle.empty())
      return op.emitOpError() << name << " placement " << obstacle << ", which no gather does";
    before = placement;
    elementType = stage->getElementType();
  }
  return success();
}

static LogicalResult verifyAccumulator(ParameterOp op, MeshOp mesh) {
  Type accumulated = globalType(op).getElementType();
  if (std::optional<StageAttr> stage = op.getAccumulator()) {
    Placement placement = Placement::of(stage->getPlacement());
    accumulated = stage->getElementType();
    if (failed(verifyPlacement(op, mesh, "accumulator", placement)))
      return failure();
    if (!isa<FloatType>(accumulated))
      return op.emitOpError("accumulator must be of floats, got ") << accumulated;
    std::string obstacle = findSumObstacle(placement, Placement::of(op.getStored()), mesh);
    if (!obstacle.empty()) // C5
      return op.emitOpError("accumulator placement ")
             << obstacle << " on the way to the stored one, which no sum over ranks does";
  }
  if (!op.getReduceType())
    return success();
  return verifyElementType(op, "what gradients are reduced in", *op.getReduceType(), accumulated); // C6
}

LogicalResult ParameterOp::verify() {
  MeshOp mesh = requireMesh(*this);
  if (!mesh)
    return failure();
  Placement stored = Placement::of(getStored());
  if (!stored.copied.empty() || !stored.partial.empty()) // C1
    return emitOpError("stored placement must be R or S on each axis, got ") << getStored();
  if (failed(verifyPlacement(*this, mesh, "stored", stored))) // C1, C2
    return failure();
  if (failed(verifyStages(*this, mesh)) || failed(verifyAccumulator(*this, mesh)))
    return failure();
  return verifyPart(*this);
}
