//===- DistDialect.cpp - The dist dialect ------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace shardc;

/// Names of attributes of functions, their arguments and results, and modules.
static constexpr StringRef checkpointName = "dist.checkpoint", residualName = "dist.residual", inputName = "dist.input",
                           placementName = "dist.placement", parameterName = "dist.parameter",
                           planName = "dist.tp_plan";

/// A part in brackets, or nothing.
static ParseResult parsePart(OpAsmParser &parser, dist::PartAttr &part) {
  if (failed(parser.parseOptionalLSquare()))
    return success();
  StringRef name;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name) || parser.parseRSquare())
    return failure();
  std::optional<dist::Part> value = dist::symbolizePart(name);
  if (!value)
    return parser.emitError(loc, "must name a part of the parameter: value, gradient, moment1 or moment2, got ")
           << name;
  part = dist::PartAttr::get(parser.getContext(), *value);
  return success();
}

static void printPart(OpAsmPrinter &p, Operation *, dist::PartAttr part) {
  if (part)
    p << '[' << part.getValue() << ']';
}

#include "shardc/Dialect/Dist/DistDialect.cpp.inc"
#include "shardc/Dialect/Dist/DistEnums.cpp.inc"
#include "shardc/Dialect/Dist/DistInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Dist/DistAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Dist/DistOps.cpp.inc"

void dist::DistDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "shardc/Dialect/Dist/DistAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/Dist/DistOps.cpp.inc"
      >();
}

LogicalResult dist::DistDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == checkpointName && (!isa<UnitAttr>(attribute.getValue()) || !isa<FunctionOpInterface>(op)))
    return op->emitError("dist.checkpoint is a mark on a function, got ")
           << attribute.getValue() << " on " << op->getName();
  if (attribute.getName() == "dist.settings" && (!isa<SettingsAttr>(attribute.getValue()) || !isa<ModuleOp>(op)))
    return op->emitError("dist.settings must be #dist.settings of a module, got ")
           << attribute.getValue() << " on " << op->getName();
  if (attribute.getName() == planName && (!isa<TpPlanAttr>(attribute.getValue()) || !isa<ModuleOp>(op)))
    return op->emitError("dist.tp_plan must be #dist.tp_plan of a module, got ")
           << attribute.getValue() << " on " << op->getName();
  return success();
}

LogicalResult dist::DistDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned argument,
                                                          NamedAttribute attribute) {
  Attribute value = attribute.getValue();
  if (attribute.getName() == inputName && !isa<StringAttr>(value))
    return op->emitError("dist.input of operand ") << argument << " must be a name, got " << value;
  if (attribute.getName() == placementName && !isa<ShardingAttr>(value))
    return op->emitError("dist.placement of operand ") << argument << " must be a #dist.sharding, got " << value;
  if (attribute.getName() == parameterName && !isa<UnitAttr>(value))
    return op->emitError("dist.parameter of operand ") << argument << " is a mark, got " << value;
  return success();
}

LogicalResult dist::DistDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned result,
                                                             NamedAttribute attribute) {
  if (attribute.getName() != residualName || isa<ResidualAttr>(attribute.getValue()))
    return success();
  return op->emitError("dist.residual of result ")
         << result << " must be #dist.residual<keep> or #dist.residual<recompute>, got " << attribute.getValue();
}

//===- Attributes of functions -----------------------------------------------------------------===//

bool dist::isCheckpointed(Operation *function) {
  return function->hasAttr(checkpointName);
}

void dist::setCheckpointed(Operation *function, bool isCheckpointed) {
  if (isCheckpointed)
    function->setAttr(checkpointName, UnitAttr::get(function->getContext()));
  else
    function->removeAttr(checkpointName);
}

std::optional<StringRef> dist::getInput(FunctionOpInterface function, unsigned argument) {
  auto name = function.getArgAttrOfType<StringAttr>(argument, inputName);
  return name ? std::optional(name.getValue()) : std::nullopt;
}

void dist::setInput(FunctionOpInterface function, unsigned argument, StringRef name) {
  function.setArgAttr(argument, inputName, StringAttr::get(function->getContext(), name));
}

dist::ShardingAttr dist::getInputPlacement(FunctionOpInterface function, unsigned argument) {
  return function.getArgAttrOfType<ShardingAttr>(argument, placementName);
}

void dist::setInputPlacement(FunctionOpInterface function, unsigned argument, ShardingAttr placement) {
  function.setArgAttr(argument, placementName, placement);
}

bool dist::isParameter(FunctionOpInterface function, unsigned argument) {
  return function.getArgAttr(argument, parameterName) != nullptr;
}

void dist::setParameter(FunctionOpInterface function, unsigned argument) {
  function.setArgAttr(argument, parameterName, UnitAttr::get(function->getContext()));
}

std::optional<dist::Residual> dist::getResidual(FunctionOpInterface function, unsigned result) {
  auto residual = function.getResultAttrOfType<ResidualAttr>(result, residualName);
  return residual ? std::optional<Residual>(residual.getValue()) : std::nullopt;
}

void dist::setResidual(FunctionOpInterface function, unsigned result, Residual residual) {
  function.setResultAttr(result, residualName, ResidualAttr::get(function->getContext(), residual));
}

//===- Attributes of modules -------------------------------------------------------------------===//

dist::TpPlanAttr dist::getTpPlan(ModuleOp module) {
  return module->getAttrOfType<TpPlanAttr>(planName);
}

void dist::setTpPlan(ModuleOp module, TpPlanAttr plan) {
  if (plan)
    module->setAttr(planName, plan);
  else
    module->removeAttr(planName);
}
