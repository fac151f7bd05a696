//===- ModuleInterfaces.cpp - How passes see a tree of modules ---------------------------------===//
#include "shardc/Interfaces/ModuleInterfaces.h"

using namespace mlir;
using namespace shardc;

#include "shardc/Interfaces/ModuleAttrInterfaces.cpp.inc"
#include "shardc/Interfaces/ModuleInterfaces.cpp.inc"

ModelAttrInterface shardc::modelOf(ModuleOp module) {
  for (NamedAttribute attribute : module->getDiscardableAttrs())
    if (auto model = dyn_cast<ModelAttrInterface>(attribute.getValue()))
      return model;
  return nullptr;
}

FailureOr<ModelAttrInterface> shardc::requireModel(ModuleOp module, Location loc) {
  if (ModelAttrInterface model = modelOf(module))
    return model;
  return emitError(loc, "the module must have an nn.model, which says what the classes do not: the root class, the "
                        "size of the vocabulary, the initializer's range");
}
