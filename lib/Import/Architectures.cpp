//===- Architectures.cpp - The table of architectures ---------------------------------------------------------------------===//

#include "Architecture.h"

namespace shardc {

llvm::ArrayRef<Architecture> architectures() {
  static constexpr Architecture table[] = {
      {"llama", buildLlama}, {"mistral", buildMistral}, {"qwen2", buildQwen2}, {"qwen3", buildQwen3}, {"gpt2", buildGPT2},
  };
  return table;
}

} // namespace shardc
