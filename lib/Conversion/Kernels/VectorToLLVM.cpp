//===- VectorToLLVM.cpp - From functions over vectors to LLVM ----------------------------------===//
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "shardc/Conversion/Kernels/Passes.h"

using namespace mlir;
using namespace shardc;

void shardc::buildVectorToLLVM(OpPassManager &pm) {
  // Before functions become intrinsics, of which LLVM makes one call for each lane.
  pm.addPass(createExpandMathPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Memory has a static shape, so that a pointer says all.
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void shardc::registerKernelPipelines() {
  PassPipelineRegistration<>("shardc-kernels-to-llvm", "kernels to functions over vectors to LLVM",
                             [](OpPassManager &pm) {
                               pm.addPass(createEmitKernelsPass());
                               pm.addPass(createExpandBFloat16Pass());
                               buildVectorToLLVM(pm);
                             });
}
