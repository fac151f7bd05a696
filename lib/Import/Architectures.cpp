//===- Architectures.cpp - The table of architectures ---------------------------------------------------------------------===//

#include "Architecture.h"

namespace shardc {

llvm::ArrayRef<Architecture> architectures() {
  static constexpr Architecture table[] = {
      {"llama", buildLlama},
  };
  return table;
}

} // namespace shardc
