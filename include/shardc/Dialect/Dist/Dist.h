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

/// Returns the name of what argument `argument` of @forward reads; nothing if it has none.
std::optional<llvm::StringRef> getInput(mlir::FunctionOpInterface function, unsigned argument);
void setInput(mlir::FunctionOpInterface function, unsigned argument, llvm::StringRef name);
/// Returns where what an argument of @forward reads lies; null once its type says that.
ShardingAttr getInputPlacement(mlir::FunctionOpInterface function, unsigned argument);
void setInputPlacement(mlir::FunctionOpInterface function, unsigned argument, ShardingAttr placement);

/// Returns true if an argument of a function is a parameter.
bool isParameter(mlir::FunctionOpInterface function, unsigned argument);
void setParameter(mlir::FunctionOpInterface function, unsigned argument);

/// Returns how the backward pass comes by result `result` of a forward function; nothing if it does not need it.
std::optional<Residual> getResidual(mlir::FunctionOpInterface function, unsigned result);
void setResidual(mlir::FunctionOpInterface function, unsigned result, Residual residual);

/// Returns the tensor-parallel plan that a module carries, or null.
TpPlanAttr getTpPlan(mlir::ModuleOp module);
/// Lets a module carry a plan, or none.
void setTpPlan(mlir::ModuleOp module, TpPlanAttr plan);

/// Returns the settings that a module carries, or null.
SettingsAttr getSettingsAttr(mlir::ModuleOp module);
/// Returns the settings that a module carries; the defaults where it carries none. Nothing in them is open.
Settings getSettings(mlir::ModuleOp module);
/// Lets a module carry what phases read of some settings, with what is open in them filled in; settings that contradict
/// one another are an error.
mlir::LogicalResult setSettings(mlir::ModuleOp module, const Settings &settings);

} // namespace shardc::dist

#endif // SHARDC_DIALECT_DIST_DIST_H
