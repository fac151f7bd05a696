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
    FailureOr<ModuleOp> host = exec::createCodeModule(getOperation(), exec::CodeModule::Host);
    if (failed(host) || failed(codegen::emitSections(getOperation(), *host)))
      return signalPassFailure();
  }
};

} // namespace
