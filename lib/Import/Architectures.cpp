//===- Architectures.cpp - The table of architectures ---------------------------------------------------------------------===//

#include "Architecture.h"

namespace shardc {

llvm::ArrayRef<Architecture> architectures() {
  static constexpr Architecture table[] = {
      {"llama", buildLlama}, {"mistral", buildMistral},
  };
  return table;
}

} // namespace shardc
