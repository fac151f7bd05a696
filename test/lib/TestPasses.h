//===- TestPasses.h - Passes that show what an operation answers -------------------------------===//
#ifndef SHARDC_TEST_LIB_TESTPASSES_H
#define SHARDC_TEST_LIB_TESTPASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace shardc::test {

void registerTestPasses();

/// Adds @NAME_vjp beside `function`: from its operands and the cotangents of its float results to the cotangents of its
/// float operands, zeros where nothing flows back. Returns null, with an error, at an operation that has no derivative.
mlir::func::FuncOp addVJP(mlir::func::FuncOp function);

/// Replaces every operation that lowers to linalg in `function`.
void lowerToLinalg(mlir::func::FuncOp function);

} // namespace shardc::test

#endif // SHARDC_TEST_LIB_TESTPASSES_H
