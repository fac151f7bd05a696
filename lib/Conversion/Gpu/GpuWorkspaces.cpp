//===- GpuWorkspaces.cpp - Asks for the workspace that kernels need on a GPU -------------------===//
#include "GpuTarget.h"
#include "shardc/Conversion/Gpu/Passes.h"
#include "shardc/Conversion/Kernels/KernelEmitter.h"

namespace shardc {
#define GEN_PASS_DEF_GPUWORKSPACESPASS
#include "shardc/Conversion/Gpu/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

class GpuWorkspaces : public shardc::impl::GpuWorkspacesPassBase<GpuWorkspaces> {
public:
  using Base::Base;

  void runOnOperation() override {
    FailureOr<exec::TargetAttr> target = exec::requireTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    if (!target->isCuda())
      return;
    llvm::StringMap<int64_t> bytes;
    for (auto kernel : getOperation().getOps<exec::KernelOp>()) {
      FailureOr<codegen::KernelPlan> plan = codegen::planGpuKernel(kernel);
      if (failed(plan))
        return signalPassFailure();
      bytes[kernel.getSymName()] = codegen::layOutWorkspace(*plan, codegen::chooseShape(*plan).groups()).bytes;
    }
    getOperation().walk([&](exec::LaunchOp launch) { launch.setWorkspace(bytes.lookup(launch.getKernel())); });
  }
};

} // namespace
