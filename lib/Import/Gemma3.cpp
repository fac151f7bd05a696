//===- Gemma3.cpp - Gemma3ForCausalLM, the text model ------------------------------------------===//

#include "Decoder.h"
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

constexpr double globalTheta = 1000000.0, localTheta = 10000.0;

/// Reads the table of one kind of layers from rope_parameters.
Rope readTable(ConfigReader &tables, StringRef kind, double theta, ConfigReader &config, int64_t headSize) {
  Rope rope{theta, {}};
  if (std::optional<ConfigReader> table = tables.nested(kind)) {
    rope.theta = table->positive("rope_theta", theta);
    rope.scaling = readRopeScaling(*table, ("rope_parameters." + kind).str(), config, headSize);
  }
  return rope;
}

/// Reads the tables of global layers, then of local ones: two bases, or a table for each kind in rope_parameters.
void readRopes(ConfigReader &config, Decoder &decoder) {
  if (std::optional<ConfigReader> tables = config.nested("rope_parameters");
      tables && (tables->has("full_attention") || tables->has("sliding_attention"))) {
    decoder.ropes = {readTable(*tables, "full_attention", globalTheta, config, decoder.headSize),
                     readTable(*tables, "sliding_attention", localTheta, config, decoder.headSize)};
    tables->refuseTheRest();
    return;
  }
  decoder.ropes = {readRope(config, globalTheta, decoder.headSize),
                   {config.positive("rope_local_base_freq", localTheta), {}}};
}

} // namespace

FailureOr<ModelFacts> buildGemma3(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder = readDecoder(config, {.family = "Gemma3",
                                         .vocabulary = 262208,
                                         .width = 2304,
                                         .inner = 9216,
                                         .layers = 26,
                                         .heads = 8,
                                         .keyHeads = 4,
                                         .headSize = 256,
                                         .theta = std::nullopt,
                                         .tied = true,
                                         .padding = 0,
                                         .activationKey = "hidden_activation",
                                         .activation = "gelu_pytorch_tanh"});
  decoder.headNorms = decoder.outputNorms = decoder.normPlusOne = decoder.gelu = true;
  decoder.embeddingScale = std::sqrt(double(decoder.width));
  decoder.attentionScale = std::pow(config.positive("query_pre_attn_scalar", 256), -0.5);
  readRopes(config, decoder);
  std::optional<int64_t> window = readSlidingWindow(config, 4096);
  int64_t pattern = config.size("sliding_window_pattern", 6);
  config.note({"sliding_window_pattern", pattern, llvm::json::Value(6), std::nullopt, "layer_types"});
  readLayerTypes(config, decoder, window, [&](int64_t layer) { return (layer + 1) % pattern != 0; });
  for (LayerKind &layer : decoder.layers)
    layer.rope = layer.window ? 1 : 0;
  config.requireNull("attn_logit_softcapping");
  config.requireNull("final_logit_softcapping");
  config.refuse("use_bidirectional_attention");
  return buildDecoder(config, builder, decoder, decoderPlan(), decoderHuggingFacePlan());
}

} // namespace shardc
