//===- Qwen.cpp - Qwen2ForCausalLM and Qwen3ForCausalLM ----------------------------------------===//

#include "Decoder.h"

using namespace mlir;

namespace shardc {
namespace {

/// Qwen 3's plan in transformers 5: the norms of q and k are used on each rank's own heads, and their gradients summed.
constexpr PlanEntry qwen3HuggingFacePlan[] = {
    {"model.embed_tokens", "rowwise_rep"},
    {"model.layers.*.self_attn.q_proj", "colwise"},
    {"model.layers.*.self_attn.k_proj", "colwise"},
    {"model.layers.*.self_attn.v_proj", "colwise"},
    {"model.layers.*.self_attn.q_norm", "replicated_with_grad_allreduce"},
    {"model.layers.*.self_attn.k_norm", "replicated_with_grad_allreduce"},
    {"model.layers.*.self_attn.o_proj", "rowwise"},
    {"model.layers.*.mlp.gate_proj", "colwise"},
    {"model.layers.*.mlp.up_proj", "colwise"},
    {"model.layers.*.mlp.down_proj", "rowwise"},
    {"lm_head", "colwise_rep"},
};

/// A window is used only if it is asked for, and from layer max_window_layers on.
void readWindow(ConfigReader &config, Decoder &decoder) {
  std::optional<int64_t> window = readSlidingWindow(config, 4096);
  int64_t first = config.count("max_window_layers", 28);
  config.note({"max_window_layers", first, llvm::json::Value(28), std::nullopt, "layer_types"});
  if (!config.boolean("use_sliding_window", false)) {
    window = std::nullopt;
    for (StringRef key : {"sliding_window", "max_window_layers"})
      config.forget(key);
  }
  readLayerTypes(config, decoder, window, [&](int64_t layer) { return layer >= first; });
}

} // namespace

FailureOr<ModelFacts> buildQwen2(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder = readDecoder(config, {.family = "Qwen2", .vocabulary = 151936, .inner = 22016, .keyHeads = 32});
  decoder.projectionBias = true;
  readWindow(config, decoder);
  config.refuse("use_mrope");
  return buildDecoder(config, builder, decoder, decoderPlan(), decoderHuggingFacePlan());
}

FailureOr<ModelFacts> buildQwen3(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder =
      readDecoder(config, {.family = "Qwen3", .vocabulary = 151936, .inner = 22016, .keyHeads = 32, .headSize = 128});
  decoder.headNorms = true;
  readWindow(config, decoder);
  return buildDecoder(config, builder, decoder, decoderPlan(), qwen3HuggingFacePlan);
}

} // namespace shardc
