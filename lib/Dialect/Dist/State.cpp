//===- State.cpp - States, and what takes from and adds to a parameter -------------------------===//
#include "Verify.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

static RankedTensorType globalType(ParameterOp parameter) {
  return cast<RankedTensorType>(parameter.getType());
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

/// Checks that a parameter's chain leads from its last stage to `placement`, that of a use.
static LogicalResult verifyReached(Operation *op, ParameterOp parameter, MeshOp mesh, const Placement &placement) {
  std::string obstacle = findObstacle(Placement::of(parameter.getParkedStage().getPlacement()), placement, mesh);
  return obstacle.empty() ? success() : withNote(op->emitOpError(obstacle), parameter);
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

/// Checks that a gradient is on its way from the accumulator to the stored placement.
static LogicalResult verifyGradient(Operation *op, ParameterOp parameter, MeshOp mesh, RankedTensorType type) {
  if (failed(verifyLocalType(op, parameter, mesh, type)))
    return failure();
  Placement placement = Placement::of(type);
  std::string obstacle =
      findSumObstacle(Placement::of(parameter.getAccumulatorStage().getPlacement()), placement, mesh);
  if (obstacle.empty())
    obstacle = findSumObstacle(placement, Placement::of(parameter.getStored()), mesh);
  return obstacle.empty() ? success() : withNote(op->emitOpError(obstacle), parameter);
}

//===- Read and write --------------------------------------------------------------------------===//

static LogicalResult verifyPartOfParameter(Operation *op, ParameterOp parameter, std::optional<Part> part,
                                           RankedTensorType type) {
  if (!part) // C2
    return withNote(op->emitOpError("must name a part of the parameter: value, gradient, moment1 or moment2"),
                    parameter);
  MeshOp mesh = requireMesh(op);
  if (!mesh)
    return failure();
  if (*part == Part::Gradient) // C3
    return verifyGradient(op, parameter, mesh, type);
  if (type == parameter.getStoredType())
    return success();
  return withNote(op->emitOpError("type must be ") << parameter.getStoredType() << ", got " << type, parameter); // C3
}

static LogicalResult verifyAccess(Operation *op, FlatSymbolRefAttr symbol, std::optional<Part> part, Type type,
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
    diag << "a state has no part \"" << stringifyPart(*part) << '"';
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
  return verifyAccess(*this, getSymbolAttr(), getPart(), getType(), symbols);
}

LogicalResult WriteOp::verifySymbolUses(SymbolTableCollection &symbols) {
  return verifyAccess(*this, getSymbolAttr(), getPart(), getValue().getType(), symbols);
}

std::optional<Part> ReadOp::getUsedPart() {
  return getPart();
}

std::optional<Part> WriteOp::getUsedPart() {
  return getPart();
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
  Type parked = parameter.getParkedStage().getElementType();
  if (type.getElementTypeBitWidth() > parked.getIntOrFloatBitWidth()) // C4
    return withNote(emitOpError("must be of floats no wider than ")
                        << parked << ", which the parameter is parked in, got " << type.getElementType(),
                    parameter);
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

std::optional<Part> UnshardOp::getUsedPart() {
  return Part::Value;
}

std::optional<Part> AccumulateOp::getUsedPart() {
  return Part::Gradient;
}

LogicalResult AccumulateOp::verifySymbolUses(SymbolTableCollection &symbols) {
  ParameterOp parameter;
  if (failed(lookUp(*this, getSymbolAttr(), symbols, parameter))) // C1
    return failure();
  MeshOp mesh = requireMesh(*this);
  auto type = cast<RankedTensorType>(getGradient().getType());
  if (!mesh || failed(verifyLocalType(*this, parameter, mesh, type))) // C2
    return failure();
  Placement gradient = Placement::of(type);
  if (failed(verifyReached(*this, parameter, mesh, gradient.dual()))) // C2
    return failure();
  Placement accumulator = Placement::of(parameter.getAccumulatorStage().getPlacement());
  if (std::string obstacle = findSumObstacle(gradient, accumulator, mesh); !obstacle.empty()) // C3
    return withNote(emitOpError(obstacle) << " where it is added to the accumulator", parameter);
  if (type.getElementType() != parameter.getReduceElementType()) // C4
    return withNote(emitOpError("must be of ")
                        << parameter.getReduceElementType() << ", which gradients of the parameter are reduced in, got "
                        << type.getElementType(),
                    parameter);
  return success();
}
