//===- ReversePass.h - The derivative of a list of operations ----------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_REVERSEPASS_H
#define SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_REVERSEPASS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace shardc {

/// Returns the interface by which the module's dialects say how to add, to zero and to update; null if none does.
const TrainingDialectInterface *findTrainingInterface(mlir::MLIRContext *context);

/// Runs `build`, which creates operations through `builder`, and gives their results the placements that their rules
/// infer. `hints` are the placements of results whose factors no operand has. Emits an error where an inference fails.
mlir::LogicalResult buildPlaced(
    mlir::OpBuilder &builder, llvm::function_ref<void()> build,
    llvm::function_ref<const dist::Placement *(mlir::Value)> hint = [](mlir::Value) { return nullptr; });

/// Walks operations backward and builds, at `builder`'s insertion point, the cotangents of what is active: values that
/// depend on a parameter. A cotangent may be wider than its primal, as gradients of weights are; it is rounded where an
/// operation that computes takes it.
class ReversePass {
public:
  /// Builds the derivative of a call: given the call and the cotangents of its results, adds the operands' through
  /// `accumulate`.
  using CallDerivative = llvm::function_ref<mlir::LogicalResult(mlir::func::CallOp, ReversePass &)>;

  /// `symbols` are those of the module that holds the parameters.
  ReversePass(mlir::OpBuilder &builder, const TrainingDialectInterface &training, const mlir::SymbolTable &symbols)
      : builder(builder), training(training), symbols(symbols) {}

  /// Marks a value as one that gradients are wanted for.
  void activate(mlir::Value value) { active.insert(value); }
  bool isActive(mlir::Value value) const { return active.contains(value); }
  /// Marks what depends on active values.
  void propagateActivity(mlir::ArrayRef<mlir::Operation *> operations);
  /// Adds `cotangent` to that of `primal`. Emits an error unless its placement is the dual of the primal's.
  mlir::LogicalResult accumulate(mlir::Value primal, mlir::Value cotangent);
  /// Returns the cotangent of a value, or null where nothing has flowed back.
  mlir::Value cotangentOf(mlir::Value primal) const { return cotangents.lookup(primal); }
  /// The same, in the primal's element type and with zeros for null.
  mlir::FailureOr<mlir::Value> cotangentOrZeros(mlir::Value primal);
  /// Differentiates `operations`, in forward order, from the last to the first.
  mlir::LogicalResult run(mlir::ArrayRef<mlir::Operation *> operations, CallDerivative call);

  mlir::OpBuilder &builder;

private:
  mlir::LogicalResult differentiate(DifferentiableOpInterface op);
  mlir::LogicalResult accumulate(dist::UnshardOp op);
  /// Gives a value, which may be null, another element type.
  mlir::LogicalResult convert(mlir::Value &value, mlir::Type elementType, mlir::Location loc);

  const TrainingDialectInterface &training;
  const mlir::SymbolTable &symbols;
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, mlir::Value> cotangents;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_REVERSEPASS_H
