//===- Decoder.h - What Llama and its relatives share ------------------------------------------===//
//
// A decoder-only transformer with root mean square norms, rotary embeddings, grouped queries and a gated MLP. An
// architecture reads its config.json into Decoder, whose switches say how it departs from Llama.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_DECODER_H
#define SHARDC_LIB_IMPORT_DECODER_H

#include "Architecture.h"
#include "Rope.h"

namespace shardc {

/// What a layer's attention sees, and the rope table that it takes.
struct LayerKind {
  std::optional<int64_t> window;
  unsigned rope = 0;
  bool operator==(const LayerKind &) const = default;
};

struct Decoder {
  /// The prefix of class names: Llama in LlamaForCausalLM.
  std::string family;
  int64_t vocabulary, width, inner, heads, keyHeads, headSize;
  double epsilon, initializerRange, attentionScale;
  bool tied;
  /// The row of the embedding that gets no gradient from being looked up.
  std::optional<int64_t> padding;
  llvm::SmallVector<Rope, 2> ropes;
  std::vector<LayerKind> layers;

  bool projectionBias = false;   ///< q, k and v have biases
  bool headNorms = false;        ///< q and k are normed, head by head
  bool fusedProjections = false; ///< q, k, v are one tensor, gate and up another
  bool outputNorms = false;      ///< attention and MLP are normed behind, too
  bool normPlusOne = false;      ///< norms multiply by 1 + weight
  bool gelu = false;             ///< the gate is a GELU, not a SiLU
  std::optional<double> embeddingScale;
};

/// Hugging Face's defaults of what all of these have; nothing for those that follow from others.
struct DecoderDefaults {
  llvm::StringRef family;
  int64_t vocabulary = 32000, width = 4096, inner = 11008, layers = 32, heads = 32;
  std::optional<int64_t> keyHeads = std::nullopt, headSize = std::nullopt;
  double epsilon = 1e-6;
  /// The base of the one rope table; nothing where there are several, which the architecture reads itself.
  std::optional<double> theta = 10000.0;
  bool tied = false;
  std::optional<int64_t> padding = std::nullopt;
  llvm::StringRef activationKey = "hidden_act", activation = "silu";
};

/// Reads the keys that all of these have, but for those of the layers' kinds.
Decoder readDecoder(ConfigReader &config, const DecoderDefaults &defaults);

/// Reads layer_types. Without it, layer i sees a window if `slides(i)`. A list may name windows only where there is
/// one.
void readLayerTypes(ConfigReader &config, Decoder &decoder, std::optional<int64_t> window,
                    llvm::function_ref<bool(int64_t)> slides);

/// Reads sliding_window: null is none, and absent the default.
std::optional<int64_t> readSlidingWindow(ConfigReader &config, std::optional<int64_t> defaultValue);

/// Refuses the keys that nothing asked for, then builds all classes.
mlir::FailureOr<ModelFacts> buildDecoder(ConfigReader &config, ModelBuilder &builder, const Decoder &decoder,
                                         llvm::ArrayRef<PlanEntry> plan, llvm::ArrayRef<PlanEntry> huggingFacePlan);

/// Vocabulary-parallel: the embedding's rows and the head's classes are split, and the loss takes split logits.
llvm::ArrayRef<PlanEntry> decoderPlan();
/// base_model_tp_plan of LlamaConfig with the head's colwise_rep, and what NeMo Automodel adds to it: the embedding.
llvm::ArrayRef<PlanEntry> decoderHuggingFacePlan();

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_DECODER_H
