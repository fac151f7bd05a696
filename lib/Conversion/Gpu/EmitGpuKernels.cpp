//===- EmitGpuKernels.cpp - From exec.kernel to functions for a GPU ----------------------------===//
#include "GpuFinish.h"
#include "GpuTarget.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"

namespace shardc {
#define GEN_PASS_DEF_EMITGPUKERNELSPASS
#include "shardc/Conversion/Gpu/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Emits the functions of one kernel at `b` and says how they are launched; returns the bytes of its workspace.
static FailureOr<int64_t> emitForGpu(OpBuilder &b, exec::KernelOp kernel) {
  FailureOr<KernelPlan> plan = planGpuKernel(kernel);
  if (failed(plan))
    return failure();
  GpuShape shape = chooseShape(*plan);
  GpuTarget target(shape);
  FailureOr<func::FuncOp> function = emitKernel(b, *plan, target);
  if (failed(function))
    return failure();
  int64_t workspaceBytes = layOutWorkspace(*plan, target.getNumCopies()).bytes;
  int64_t numOperands = operandTypes(*plan).size() + (workspaceBytes > 0);
  SmallVector<int64_t> numbers;
  if (target.takesNumRows())
    numbers.push_back(plan->numRows());
  SmallVector<Attribute> launches = {
      exec::GpuLaunchAttr::get(b.getContext(), symbolOf(*function), shape.grid, shape.threads(),
                               llvm::to_vector(llvm::seq<int64_t>(0, numOperands)), numbers)};
  if (workspaceBytes > 0) {
    FailureOr<exec::GpuLaunchAttr> finish = emitFinish(b, *plan, target.getNumCopies());
    if (failed(finish))
      return failure();
    launches.push_back(*finish);
  }
  kernel.setGpuLaunchesAttr(b.getArrayAttr(launches));
  return workspaceBytes;
}

namespace {

class EmitGpuKernels : public shardc::impl::EmitGpuKernelsPassBase<EmitGpuKernels> {
public:
  using Base::Base;

  void runOnOperation() override {
    ModuleOp program = getOperation();
    FailureOr<exec::TargetAttr> target = exec::requireTarget(program);
    if (failed(target))
      return signalPassFailure();
    if (!target->isCuda())
      return markAllAnalysesPreserved();
    FailureOr<ModuleOp> functions = exec::createCodeModule(program, exec::CodeModule::Kernels);
    if (failed(functions))
      return signalPassFailure();
    OpBuilder b = OpBuilder::atBlockEnd(functions->getBody());
    llvm::StringMap<int64_t> workspaces;
    for (auto kernel : program.getOps<exec::KernelOp>()) {
      FailureOr<int64_t> bytes = emitForGpu(b, kernel);
      if (failed(bytes))
        return signalPassFailure();
      workspaces[kernel.getSymName()] = *bytes;
    }
    program.walk([&](exec::LaunchOp launch) { launch.setWorkspace(workspaces.lookup(launch.getKernel())); });
  }
};

} // namespace
