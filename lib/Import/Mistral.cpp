//===- Mistral.cpp - MistralForCausalLM: Llama with a sliding window ---------------------------===//

#include "Decoder.h"

using namespace mlir;

namespace shardc {

FailureOr<ModelFacts> buildMistral(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder = readDecoder(config, {.family = "Mistral", .inner = 14336, .keyHeads = 8});
  std::optional<int64_t> window = readSlidingWindow(config, 4096);
  readLayerTypes(config, decoder, window, [](int64_t) { return true; });
  return buildDecoder(config, builder, decoder, decoderPlan(), decoderHuggingFacePlan());
}

} // namespace shardc
