//===- Checkpointing.cpp - Which activations are kept for the backward pass --------------------===//
#include "Checkpointing.h"

using namespace mlir;

namespace shardc {

bool Checkpointing::keeps(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (kind != dist::ActivationCheckpointing::Modules || !type || !isa<FloatType>(type.getElementType()))
    return false;
  return isa_and_present<ModuleCallOpInterface>(value.getDefiningOp()) ||
         llvm::any_of(value.getUsers(), [](Operation *user) { return isa<ModuleCallOpInterface>(user); });
}

LogicalResult Checkpointing::verify(ModuleNode &root) const {
  if (kind == dist::ActivationCheckpointing::None)
    return success();
  int64_t longest = 0;
  root.walk([&](ModuleNode &node) {
    if (node.isElement)
      longest = std::max(longest, node.index + 1);
  });
  if (longest == 0)
    return root.moduleClass.emitError(
        "the model has no list of modules, and activation checkpointing recomputes elements of lists; "
        "set activation_checkpointing=none");
  if (every > longest)
    return root.moduleClass.emitError("activation checkpointing of every ")
           << every << "th element of a list covers none: the longest list has " << longest
           << "; choose a number of at most that";
  return success();
}

} // namespace shardc
