//===- Dist.h - The dist dialect ---------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_DIST_DIST_H
#define SHARDC_DIALECT_DIST_DIST_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "shardc/Dialect/Dist/Settings.h"
#include "shardc/Interfaces/OpInterfaces.h"

#include "shardc/Dialect/Dist/DistDialect.h.inc"
#include "shardc/Dialect/Dist/DistEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Dist/DistAttrs.h.inc"
#include "shardc/Dialect/Dist/DistInterfaces.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Dist/DistOps.h.inc"

#include "shardc/Dialect/Dist/Placement.h"

namespace shardc::dist {

/// Returns true if the backward pass recomputes the activations of `function`.
bool isCheckpointed(mlir::Operation *function);
void setCheckpointed(mlir::Operation *function, bool isCheckpointed);

/// Returns how the backward pass comes by result `result` of a forward function; nothing if it does not need it.
std::optional<Residual> getResidual(mlir::FunctionOpInterface function, unsigned result);
void setResidual(mlir::FunctionOpInterface function, unsigned result, Residual residual);

/// Returns the settings that a module carries, or null.
SettingsAttr getSettingsAttr(mlir::ModuleOp module);
/// Returns the settings that a module carries; the defaults where it carries none. Nothing in them is open.
Settings getSettings(mlir::ModuleOp module);
/// Lets a module carry what phases read of some settings, with what is open in them filled in; settings that contradict
/// one another are an error.
mlir::LogicalResult setSettings(mlir::ModuleOp module, const Settings &settings);

} // namespace shardc::dist

#endif // SHARDC_DIALECT_DIST_DIST_H
