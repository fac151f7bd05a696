//===- Phi3.cpp - Phi3ForCausalLM: Llama with fused projections --------------------------------===//

#include "Decoder.h"

using namespace mlir;

namespace shardc {
namespace {

// clang-format off
/// Column-wise splits each part of a fused projection by itself, so attention runs on whole heads and nothing is gathered.
constexpr PlanEntry plan[] = {
    {"model.embed_tokens", "rowwise_rep"},
    {"model.layers.*.self_attn.qkv_proj", "colwise"},
    {"model.layers.*.self_attn.o_proj", "rowwise"},
    {"model.layers.*.mlp.gate_up_proj", "colwise"},
    {"model.layers.*.mlp.down_proj", "rowwise"},
    {"lm_head", "colwise"},
};

/// base_model_tp_plan of Phi3Config, which cannot split the parts and gathers them, with head and embedding.
constexpr PlanEntry huggingFacePlan[] = {
    {"model.embed_tokens", "rowwise_rep"},
    {"model.layers.*.self_attn.qkv_proj", "colwise_rep"},
    {"model.layers.*.self_attn.o_proj", "rowwise_rep"},
    {"model.layers.*.mlp.gate_up_proj", "colwise_rep"},
    {"model.layers.*.mlp.down_proj", "rowwise_rep"},
    {"lm_head", "colwise_rep"},
};
// clang-format on

} // namespace

FailureOr<ModelFacts> buildPhi3(ConfigReader &config, ModelBuilder &builder) {
  Decoder decoder = readDecoder(
      config, {.family = "Phi3", .vocabulary = 32064, .width = 3072, .inner = 8192, .epsilon = 1e-5, .padding = 32000});
  decoder.fusedProjections = true;
  std::optional<int64_t> window = readSlidingWindow(config, std::nullopt);
  readLayerTypes(config, decoder, window, [](int64_t) { return true; });
  for (StringRef key : {"embd_pdrop", "resid_pdrop"})
    config.requireNumber(key, 0);
  config.ignore({"original_max_position_embeddings"}); // of rope types but longrope, which reads it
  return buildDecoder(config, builder, decoder, plan, huggingFacePlan);
}

} // namespace shardc
