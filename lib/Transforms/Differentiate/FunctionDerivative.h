//===- FunctionDerivative.h - Forward and backward functions of a variant ----------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_FUNCTIONDERIVATIVE_H
#define SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_FUNCTIONDERIVATIVE_H

#include "ReversePass.h"

namespace shardc {

/// Makes, once for each function and set of active operands, a forward function that returns residuals besides, and a
/// backward function.
class FunctionDerivatives {
public:
  FunctionDerivatives(mlir::ModuleOp module, const TrainingDialectInterface &training)
      : symbols(module), training(training) {}

  /// Differentiates a call within `pass`: the call is replaced by one of the forward function, and one of the backward
  /// function is built.
  mlir::LogicalResult differentiateCall(mlir::func::CallOp call, ReversePass &pass);
  /// Erases private functions that are called no more; the forward functions then take the names of their originals.
  void finish(mlir::ModuleOp module);
  /// Returns the symbols of the module.
  const mlir::SymbolTable &getSymbols() const { return symbols; }

private:
  /// A value of the forward pass that the backward pass reads: an operand of the function, which the caller has, or a
  /// further result.
  struct Residual {
    bool isOperand;
    unsigned index;
  };
  struct Derivative {
    mlir::func::FuncOp forward, backward;
    llvm::SmallVector<Residual> residuals;
    /// Operands of the original function that the backward function returns cotangents of.
    llvm::SmallVector<unsigned> gradients;
    unsigned numResults; ///< of the original function
  };

  mlir::FailureOr<const Derivative *> derivativeOf(mlir::func::FuncOp function, mlir::ArrayRef<bool> active);
  mlir::FailureOr<Derivative> build(mlir::func::FuncOp function, mlir::ArrayRef<bool> active);
  void nameDerivative(mlir::func::FuncOp function, mlir::func::FuncOp combined);
  /// Moves `operations` out of the combined function, `derivative.forward`, into a backward function that returns
  /// `gradients`.
  void split(Derivative &derivative, unsigned numOperands, mlir::ArrayRef<mlir::Operation *> operations,
             mlir::ArrayRef<mlir::Value> gradients);
  mlir::func::FuncOp buildBackward(mlir::func::FuncOp combined, mlir::ArrayRef<mlir::Value> operands,
                                   mlir::ArrayRef<mlir::Operation *> operations, mlir::ArrayRef<mlir::Value> gradients);

  mlir::SymbolTable symbols;
  const TrainingDialectInterface &training;
  std::map<std::pair<mlir::Operation *, std::vector<bool>>, Derivative> derivatives;
  llvm::DenseMap<mlir::Operation *, unsigned> counts;
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_DIFFERENTIATE_FUNCTIONDERIVATIVE_H
