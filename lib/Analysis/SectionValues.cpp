//===- SectionValues.cpp - The values of a section and who takes them --------------------------===//
#include "shardc/Analysis/SectionValues.h"

using namespace mlir;
using namespace shardc;

Value shardc::rootOf(Value value) {
  while (auto view = value.getDefiningOp<exec::ViewOp>())
    value = view.getX();
  return value;
}

AliasQuery::AliasQuery(ModuleOp module) {
  for (auto kernel : module.getOps<exec::KernelOp>())
    kernels[kernel.getSymNameAttr()] = kernel;
}

bool AliasQuery::mayAlias(exec::TaskOpInterface task, unsigned result, unsigned operand) const {
  auto launch = dyn_cast<exec::LaunchOp>(task.getOperation());
  if (!launch)
    return task.mayAlias(result, operand);
  exec::KernelOp kernel = kernels.at(launch.getKernelAttr().getAttr());
  ArrayRef<int64_t> pairs = kernel.getInPlace();
  for (size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i] == result && pairs[i + 1] == operand)
      return true;
  return false;
}

SectionValues::SectionValues(exec::SectionOp section) {
  for (Operation &op : section.getBody().front()) {
    if (auto write = dyn_cast<exec::WriteOp>(op))
      writes[rootOf(write.getValue())] = write;
    auto task = dyn_cast<exec::TaskOpInterface>(op);
    if (!task)
      continue;
    unsigned position = tasks.size();
    positions[task] = position;
    for (OpOperand &operand : op.getOpOperands())
      uses[rootOf(operand.get())].push_back({task, position, operand.getOperandNumber()});
    tasks.push_back(task);
  }
}
