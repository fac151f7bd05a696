//===- Groups.cpp - The groups of ranks that a program names -----------------------------------===//
#include "shardc/Conversion/Host/Groups.h"
#include "mlir/IR/SymbolTable.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

Groups::Groups(ModuleOp module) {
  SymbolTable symbols(module);
  for (auto section : module.getOps<exec::SectionOp>())
    for (Operation &task : section.getBody().front()) {
      if (auto collective = dyn_cast<exec::CollectiveOp>(task))
        groups.insert(collective.getAxes());
      if (auto launch = dyn_cast<exec::LaunchOp>(task))
        if (auto kernel = symbols.lookup<exec::KernelOp>(launch.getKernel()))
          groups.insert_range(coordinatesOf(kernel));
    }
}

int64_t Groups::indexOf(ArrayAttr axes) const {
  return llvm::find(groups, axes) - groups.begin();
}
