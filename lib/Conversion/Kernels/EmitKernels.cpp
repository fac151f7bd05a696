//===- EmitKernels.cpp - Writes kernels as loops over vectors ----------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "shardc/Conversion/Kernels/CpuModel.h"
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
    ModuleOp program = getOperation();
    FailureOr<exec::TargetAttr> target = exec::requireTarget(program);
    if (failed(target))
      return signalPassFailure();
    if (target->isCuda())
      return markAllAnalysesPreserved();
    FailureOr<codegen::CpuModel> cpu = codegen::resolveCpu(target->getCpu(), program.getLoc());
    FailureOr<ModuleOp> functions = failure();
    if (failed(cpu) || failed(functions = exec::createCodeModule(program, exec::CodeModule::Kernels)))
      return signalPassFailure();
    codegen::CpuTarget rows(cpu->vectorBytes);
    OpBuilder b = OpBuilder::atBlockEnd(functions->getBody());
    for (auto kernel : program.getOps<exec::KernelOp>())
      if (failed(checkKernel(kernel)) || failed(codegen::emitKernel(b, kernel, rows)))
        return signalPassFailure();
  }

  /// What has launches on a GPU has taken its workspace, too.
  static LogicalResult checkKernel(exec::KernelOp kernel) {
    if (kernel.getLaunchesOnGpu().empty())
      return success();
    return kernel.emitOpError("is launched on a GPU, and the program's exec.target is ") << exec::targetOf(kernel);
  }
};

} // namespace
