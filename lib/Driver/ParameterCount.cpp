//===- ParameterCount.cpp - How many parameters a model has ------------------------------------===//

#include "mlir/IR/SymbolTable.h"
#include "shardc/Driver/Report.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace shardc {
namespace {

/// Counts the elements of classes, each class once.
class ParameterCounter {
public:
  explicit ParameterCounter(ModuleOp module) : module(module) {}

  int64_t count(StringRef className);

private:
  Block *bodyOf(StringRef className) {
    auto symbol = dyn_cast_if_present<ModuleClassOpInterface>(module.lookupSymbol(className));
    return symbol ? symbol.getClassBody() : nullptr;
  }
  /// Returns the elements of an instance's parameters, or of all of a list, but for those that are other parameters.
  int64_t elementsOf(InstanceOpInterface instance);
  /// Returns the elements of the parameter with a dotted name below a class.
  int64_t elementsOf(StringRef className, StringRef name);

  ModuleOp module;
  llvm::StringMap<int64_t> counts;
};

int64_t ParameterCounter::count(StringRef className) {
  if (auto known = counts.find(className); known != counts.end())
    return known->second;
  Block *body = bodyOf(className);
  if (!body)
    return 0;
  int64_t total = 0;
  for (Operation &op : *body) {
    if (auto parameter = dyn_cast<ParameterOpInterface>(op))
      total += parameter.getParameterType().getNumElements();
    else if (auto instance = dyn_cast<InstanceOpInterface>(op))
      total += elementsOf(instance);
  }
  return counts[className] = total;
}

int64_t ParameterCounter::elementsOf(InstanceOpInterface instance) {
  int64_t total = 0;
  for (int64_t i = 0, size = instance.getListSize().value_or(1); i < size; ++i) {
    StringRef className = instance.getElementClass(i);
    total += count(className);
    for (const auto &[below, target] : instance.getTies())
      total -= elementsOf(className, below);
  }
  return total;
}

int64_t ParameterCounter::elementsOf(StringRef className, StringRef name) {
  Block *body = bodyOf(className);
  if (!body)
    return 0;
  auto [head, rest] = name.split('.');
  for (Operation &op : *body) {
    auto parameter = dyn_cast<ParameterOpInterface>(op);
    if (parameter && rest.empty() && parameter.getParameterName() == head)
      return parameter.getParameterType().getNumElements();
    auto instance = dyn_cast<InstanceOpInterface>(op);
    if (!instance || instance.getInstanceName() != head)
      continue;
    if (!instance.getListSize())
      return elementsOf(instance.getElementClass(0), rest);
    auto [element, below] = rest.split('.');
    int64_t index = 0;
    return element.getAsInteger(10, index) ? 0 : elementsOf(instance.getElementClass(index), below);
  }
  return 0;
}

} // namespace

int64_t countParameters(ModuleOp module) {
  ModelAttrInterface model = modelOf(module);
  return model ? ParameterCounter(module).count(model.getRoot().getValue()) : 0;
}

} // namespace shardc
