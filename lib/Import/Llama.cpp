//===- Llama.cpp - LlamaForCausalLM ------------------------------------------------------------===//

#include "Decoder.h"

using namespace mlir;

namespace shardc {

FailureOr<ModelFacts> buildLlama(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder = readDecoder(config, {.family = "Llama"});
  readLayerTypes(config, decoder, /*window=*/std::nullopt, [](int64_t) { return false; });
  return buildDecoder(config, builder, decoder, decoderPlan(), decoderHuggingFacePlan());
}

} // namespace shardc
