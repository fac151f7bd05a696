//===- SectionsToLLVM.cpp - The pass around the host code --------------------------------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "shardc/Conversion/Host/HostCode.h"
#include "shardc/Conversion/Host/Passes.h"
#include "shardc/Dialect/Exec/Exec.h"

namespace shardc {
#define GEN_PASS_DEF_SECTIONSTOLLVMPASS
#include "shardc/Conversion/Host/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;

namespace {

class SectionsToLLVM : public shardc::impl::SectionsToLLVMPassBase<SectionsToLLVM> {
public:
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    OwningOpRef<ModuleOp> host = ModuleOp::create(module.getLoc());
    if (failed(codegen::emitSections(module, *host, codegen::Groups(module))))
      return signalPassFailure();
    for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
      if (isa<exec::ExecDialect>(op.getDialect()))
        op.erase();
    module.getBody()->getOperations().splice(module.getBody()->end(), host->getBody()->getOperations());
  }
};

} // namespace
