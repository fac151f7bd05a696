//===- Architectures.cpp - The table of architectures ------------------------------------------===//

#include "Architecture.h"

namespace shardc {

llvm::ArrayRef<Architecture> architectures() {
  static constexpr Architecture table[] = {
      {"llama", buildLlama}, {"mistral", buildMistral}, {"qwen2", buildQwen2},        {"qwen3", buildQwen3},
      {"phi3", buildPhi3},   {"gpt2", buildGPT2},       {"gemma3_text", buildGemma3},
  };
  return table;
}

} // namespace shardc
