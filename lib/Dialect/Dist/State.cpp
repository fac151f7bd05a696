//===- State.cpp - Parameters, states and a parameter's chain ----------------------------------===//
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

//===- Parameter -------------------------------------------------------------------------------===//

static RankedTensorType globalType(ParameterOp parameter) {
  return cast<RankedTensorType>(parameter.getType());
}

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

LogicalResult ParameterOp::verify() {
  MeshOp mesh = requireMesh(*this);
  if (!mesh)
    return failure();
  Placement stored = Placement::of(getStored());
  if (!stored.copied.empty() || !stored.partial.empty()) // C1
    return emitOpError("stored placement must be R or S on each axis, got ") << getStored();
  if (failed(verifyAxes(*this, mesh, stored))) // C1
    return failure();
  ArrayRef<int64_t> shape = globalType(*this).getShape();
  if (stored.dims.size() != shape.size()) // C2
    return emitOpError("stored placement must have rank ") << shape.size() << ", got " << stored.dims.size();
  for (auto [dim, size] : llvm::enumerate(stored.sizes))
    if (size != 0 && size != shape[dim]) // C2
      return emitOpError("stored placement must give dimension ") << dim << " size " << shape[dim] << ", got " << size;
  return verifyPart(*this);
}

RankedTensorType ParameterOp::getStoredType() {
  RankedTensorType type = globalType(*this);
  return localType(type.getShape(), type.getElementType(), Placement::of(getStored()), meshOf(*this));
}

//===- Symbols ---------------------------------------------------------------------------------===//

static InFlightDiagnostic withNote(InFlightDiagnostic &&diag, ParameterOp parameter) {
  diag.attachNote(parameter.getLoc()) << "parameter declared here";
  return std::move(diag);
}

static LogicalResult lookUp(Operation *op, FlatSymbolRefAttr symbol, SymbolTableCollection &symbols,
                            ParameterOp &parameter) {
  Operation *target = symbols.lookupNearestSymbolFrom(op, symbol);
  parameter = dyn_cast_or_null<ParameterOp>(target);
  if (parameter)
    return success();
  InFlightDiagnostic diag = op->emitOpError() << symbol << " must be a dist.parameter";
  if (target)
    diag.attachNote(target->getLoc()) << "declared here";
  return diag;
}

static bool isPrefix(ArrayRef<StringAttr> prefix, ArrayRef<StringAttr> axes) {
  return axes.take_front(prefix.size()) == prefix;
}

/// Checks that a parameter's chain leads from the stored placement to `placement`: along each axis from S to S on the
/// same dimension or to C, from R to R or C. What stays of a dimension's axes are the major ones, for the minor ones
/// are gathered first.
static LogicalResult verifyReached(Operation *op, ParameterOp parameter, MeshOp mesh, const Placement &placement) {
  Placement stored = Placement::of(parameter.getStored());
  if (placement.dims.size() != stored.dims.size())
    return withNote(op->emitOpError("must have rank ") << stored.dims.size() << ", got " << placement.dims.size(),
                    parameter);
  for (Attribute attr : mesh.getAxes()) {
    auto axis = cast<StringAttr>(attr);
    Placement::Kind from = stored.kind(axis), to = placement.kind(axis);
    if (to == Placement::P || (from == Placement::S && to == Placement::R))
      return withNote(op->emitOpError("changes ") << axis << " from " << letter(from) << " to " << letter(to),
                      parameter);
    if (from == Placement::S && to == Placement::S && stored.dimOf(axis) != placement.dimOf(axis))
      return withNote(op->emitOpError("changes ") << axis << " from dimension " << stored.dimOf(axis)
                                                  << " to dimension " << placement.dimOf(axis),
                      parameter);
  }
  for (auto [dim, axes] : llvm::enumerate(placement.dims))
    if (!isPrefix(axes, stored.dims[dim]) && !isPrefix(stored.dims[dim], axes))
      return withNote(op->emitOpError("axes of dimension ") << dim << " must be the major ones of the stored placement",
                      parameter);
  return success();
}

/// Checks that `type` is one rank's part of the parameter, in the placement that its encoding says and any element
/// type: what is computed with may be narrower than what is stored.
static LogicalResult verifyLocalType(Operation *op, ParameterOp parameter, MeshOp mesh, RankedTensorType type) {
  Placement placement = Placement::of(type);
  RankedTensorType global = globalType(parameter);
  if (type.getRank() != global.getRank())
    return withNote(op->emitOpError("type must be a part of ") << global << ", got " << type, parameter);
  if (failed(verifyAxes(op, mesh, placement)))
    return failure();
  RankedTensorType expected = localType(global.getShape(), type.getElementType(), placement, mesh);
  if (type != expected)
    return withNote(op->emitOpError("type must be ") << expected << ", got " << type, parameter);
  return success();
}

//===- Read and write --------------------------------------------------------------------------===//

static LogicalResult verifyPartOfParameter(Operation *op, ParameterOp parameter, StringAttr part,
                                           RankedTensorType type) {
  static constexpr StringRef parts[] = {"value", "gradient", "moment1", "moment2"};
  if (!part || !llvm::is_contained(parts, part.getValue())) { // C2
    InFlightDiagnostic diag = op->emitOpError("must name a part of the parameter: value, gradient, moment1 or moment2");
    return withNote(part ? std::move(diag << ", got " << part.getValue()) : std::move(diag), parameter);
  }
  MeshOp mesh = requireMesh(op);
  if (!mesh)
    return failure();
  if (part.getValue() == "gradient") { // C3: the accumulator's placement is the dual of one that the chain reaches
    if (failed(verifyLocalType(op, parameter, mesh, type)))
      return failure();
    return verifyReached(op, parameter, mesh, Placement::of(type).dual());
  }
  if (type == parameter.getStoredType())
    return success();
  return withNote(op->emitOpError("type must be ") << parameter.getStoredType() << ", got " << type, parameter); // C3
}

static LogicalResult verifyAccess(Operation *op, FlatSymbolRefAttr symbol, StringAttr part, Type type,
                                  SymbolTableCollection &symbols) {
  Operation *target = symbols.lookupNearestSymbolFrom(op, symbol);
  if (auto parameter = dyn_cast_or_null<ParameterOp>(target))
    return verifyPartOfParameter(op, parameter, part, cast<RankedTensorType>(type));
  auto state = dyn_cast_or_null<StateOp>(target);
  if (!state) { // C1
    InFlightDiagnostic diag = op->emitOpError() << symbol << " must be a dist.parameter or a dist.state";
    if (target)
      diag.attachNote(target->getLoc()) << "declared here";
    return diag;
  }
  InFlightDiagnostic diag = op->emitOpError();
  if (part) // C2
    diag << "a state has no part " << part;
  else if (type != state.getType()) // C3
    diag << "type must be " << state.getType() << ", got " << type;
  else {
    diag.abandon();
    return success();
  }
  diag.attachNote(state.getLoc()) << "state declared here";
  return diag;
}

LogicalResult ReadOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyAccess(*this, getSymbolAttr(), getPartAttr(), getType(), symbols);
}

LogicalResult WriteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyAccess(*this, getSymbolAttr(), getPartAttr(), getValue().getType(), symbols);
}

//===- Unshard and accumulate ------------------------------------------------------------------===//

LogicalResult UnshardOp::verifySymbolUses(SymbolTableCollection &symbols) {
  ParameterOp parameter;
  if (failed(lookUp(*this, getSymbolAttr(), symbols, parameter))) // C1
    return failure();
  MeshOp mesh = requireMesh(*this);
  if (!mesh)
    return failure();
  auto type = cast<RankedTensorType>(getType());
  if (!getComputed()) {
    if (failed(verifyLocalType(*this, parameter, mesh, type))) // C2
      return failure();
    return verifyReached(*this, parameter, mesh, Placement::of(type)); // C3
  }
  RankedTensorType global = cast<RankedTensorType>(globalType(parameter).clone(type.getElementType()));
  if (type != global) // C2
    return withNote(emitOpError("type must be ") << global << " where the placement is yet to come, got " << type,
                    parameter);
  Placement computed = Placement::of(*getComputed());
  if (failed(verifyAxes(*this, mesh, computed)))
    return failure();
  return verifyReached(*this, parameter, mesh, computed); // C3
}

LogicalResult AccumulateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  ParameterOp parameter;
  if (failed(lookUp(*this, getSymbolAttr(), symbols, parameter))) // C1
    return failure();
  MeshOp mesh = requireMesh(*this);
  auto type = cast<RankedTensorType>(getGradient().getType());
  if (!mesh || failed(verifyLocalType(*this, parameter, mesh, type))) // C2
    return failure();
  return verifyReached(*this, parameter, mesh, Placement::of(type).dual()); // C2
}
