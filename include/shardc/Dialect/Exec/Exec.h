//===- Exec.h - The exec dialect ---------------------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXEC_H
#define SHARDC_DIALECT_EXEC_EXEC_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include <optional>

#include "shardc/Dialect/Exec/ExecDialect.h.inc"
#include "shardc/Dialect/Exec/ExecEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "shardc/Dialect/Exec/ExecAttrs.h.inc"

namespace shardc::exec {

/// Whose a state is: a name, and which part of what has it; null where it has no parts.
using StateKey = std::pair<mlir::StringAttr, mlir::Attribute>;
/// Returns the key as it is written, `"model.norm.weight"[#dist.part<value>]`.
std::string describe(StateKey key);

/// Returns true if a collective of this kind combines what the ranks have.
bool isReduction(CollectiveKind kind);

class TaskOpInterface;
/// Checks that a task says for each result what it holds and where it lies.
mlir::LogicalResult verifyTask(TaskOpInterface task);

} // namespace shardc::exec

#include "shardc/Dialect/Exec/ExecInterfaces.h.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/Exec/ExecOps.h.inc"

namespace shardc::exec {

/// Returns what the program around an operation runs on: the `exec.target` of the nearest module that has one. Null
/// where none has.
TargetAttr targetOf(mlir::Operation *op);
/// The same; emits an error where there is none.
mlir::FailureOr<TargetAttr> requireTarget(mlir::ModuleOp module);
/// Says what a program runs on.
void setTarget(mlir::ModuleOp module, TargetAttr target);

/// Where place put the states of a program.
class StateOffsets {
public:
  explicit StateOffsets(mlir::ModuleOp program);
  /// Returns the offset in the arena, in bytes; emits an error at `op`, which asks, if the state has none.
  mlir::FailureOr<int64_t> find(mlir::Operation *op, StateKey key) const;

private:
  llvm::DenseMap<StateKey, int64_t> offsets;
};

/// What code generation adds to a program, each a module inside of it: functions of kernels, and of sections.
enum class CodeModule { Kernels, Host };
/// Returns the module, or null.
mlir::ModuleOp codeModuleOf(mlir::ModuleOp program, CodeModule which);
/// The same; emits an error where there is none.
mlir::FailureOr<mlir::ModuleOp> requireCodeModule(mlir::ModuleOp program, CodeModule which);
/// Appends the module; emits an error where there is one.
mlir::FailureOr<mlir::ModuleOp> createCodeModule(mlir::ModuleOp program, CodeModule which);

} // namespace shardc::exec

#endif // SHARDC_DIALECT_EXEC_EXEC_H
