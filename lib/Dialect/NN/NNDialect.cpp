//===- NNDialect.cpp - The nn dialect ----------------------------------------------------------===//
#include "Optimizer.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "shardc/Dialect/NN/NN.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Dialect/NN/NNDialect.cpp.inc"
#define GET_OP_CLASSES
#include "shardc/Dialect/NN/NNOps.cpp.inc"

void nn::NNDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "shardc/Dialect/NN/NNOps.cpp.inc"
      >();
  addTrainingInterface(*this);
}
