//===- ModuleInterfaces.h - How passes see a tree of modules ---------------------------------------------------------------===//
#ifndef SHARDC_INTERFACES_MODULEINTERFACES_H
#define SHARDC_INTERFACES_MODULEINTERFACES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include <optional>
#include <string>
#include <utility>

#include "shardc/Interfaces/ModuleInterfaces.h.inc"

#endif // SHARDC_INTERFACES_MODULEINTERFACES_H
