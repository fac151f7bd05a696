//===- SetTarget.cpp - Says what the program runs on -------------------------------------------===//
#include "shardc/Transforms/Plan/Passes.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_SETTARGETPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

namespace {

/// Whether tasks have been chosen, which are those of one kind of target.
bool hasTasks(ModuleOp module) {
  return module.walk([](exec::TaskOpInterface) { return WalkResult::interrupt(); }).wasInterrupted();
}

struct SetTargetPass : impl::SetTargetPassBase<SetTargetPass> {
  using SetTargetPassBase::SetTargetPassBase;

  void runOnOperation() override {
    exec::TargetAttr before = exec::targetOf(getOperation());
    FailureOr<exec::TargetKind> kind = chooseKind(before);
    FailureOr<exec::GpuCodeKind> code = chooseCode(before);
    if (failed(kind) || failed(code))
      return signalPassFailure();
    bool isCuda = kind == exec::TargetKind::CUDA;
    std::string name = !cpu.empty() ? cpu : before ? before.getCpu().str() : "native";
    SmallVector<StringAttr> architectures = isCuda ? chooseArchitectures(before) : SmallVector<StringAttr>();
    auto target =
        exec::TargetAttr::getChecked([&] { return getOperation().emitError(); }, &getContext(), *kind, StringRef(name),
                                     ArrayRef<StringAttr>(architectures), isCuda ? *code : exec::GpuCodeKind::Auto);
    if (!target)
      return signalPassFailure();
    exec::setTarget(getOperation(), target);
  }

  FailureOr<exec::TargetKind> chooseKind(exec::TargetAttr before) {
    if (kind.empty())
      return before ? before.getKind() : exec::TargetKind::CPU;
    std::optional<exec::TargetKind> chosen = exec::symbolizeTargetKind(kind);
    if (!chosen)
      return getOperation().emitError("target must be cpu or cuda, got ") << kind;
    if (before && before.getKind() != *chosen && hasTasks(getOperation()))
      return getOperation().emitError("the program is compiled for ")
             << exec::stringifyTargetKind(before.getKind()) << " up to its tasks, and cannot go on for " << kind
             << "; compile the model again, or leave the target as it is";
    return *chosen;
  }

  FailureOr<exec::GpuCodeKind> chooseCode(exec::TargetAttr before) {
    if (gpuCode.empty())
      return before ? before.getGpuCode() : exec::GpuCodeKind::Auto;
    if (std::optional<exec::GpuCodeKind> chosen = exec::symbolizeGpuCodeKind(gpuCode))
      return *chosen;
    return getOperation().emitError("gpu-code must be cubin, ptx or auto, got ") << gpuCode;
  }

  SmallVector<StringAttr> chooseArchitectures(exec::TargetAttr before) {
    Builder b(&getContext());
    if (!gpuArch.empty())
      return llvm::map_to_vector(gpuArch, [&](const std::string &name) { return b.getStringAttr(name); });
    if (before && before.isCuda())
      return llvm::to_vector(before.getGpuArch());
    return {b.getStringAttr("sm_90")};
  }
};

} // namespace
} // namespace shardc
