//===- EmitKernels.cpp - Writes kernels as loops over vectors ----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"
#include "shardc/Conversion/Kernels/Passes.h"

namespace shardc {
#define GEN_PASS_DEF_EMITKERNELSPASS
#include "shardc/Conversion/Kernels/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

class EmitKernels : public shardc::impl::EmitKernelsPassBase<EmitKernels> {
public:
  using Base::Base;

  void runOnOperation() override {
    codegen::CpuTarget target(vectorBytes);
    for (auto kernel : llvm::make_early_inc_range(getOperation().getOps<exec::KernelOp>())) {
      OpBuilder b(kernel);
      if (failed(codegen::emitKernel(b, kernel, target)))
        return signalPassFailure();
      kernel.erase();
    }
  }
};

} // namespace
