//===- Llama.cpp - LlamaForCausalLM ---------------------------------------------------------------------------------------===//

#include "Architecture.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <numbers>

using namespace mlir;

namespace shardc {
namespace {

// clang-format off
/// Vocabulary-parallel: the embedding's rows and the head's classes are split, and the loss takes split logits.
constexpr PlanEntry plan[] = {
    {"model.embed_tokens", "rowwise_rep"},
    {"model.layers.*.self_attn.q_proj", "colwise"},
    {"model.layers.*.self_attn.k_proj", "colwise"},
    {"model.layers.*.self_attn.v_proj", "colwise"},
    {"model.layers.*.self_attn.o_proj", "rowwise"},
    {"model.layers.*.mlp.gate_proj", "colwise"},
    {"model.layers.*.mlp.up_proj", "colwise"},
    {"model.layers.*.mlp.down_proj", "rowwise"},
    {"lm_head", "colwise"},
};

/// base_model_tp_plan of LlamaConfig with the head's colwise_rep, and what NeMo Automodel adds to it: the embedding.
constexpr PlanEntry huggingFacePlan[] = {
    {"model.embed_tokens", "rowwise_rep"},
    {"model.layers.*.self_attn.q_proj", "colwise"},
    {"model.layers.*.self_attn.k_proj", "colwise"},
    {"model.layers.*.self_attn.v_proj", "colwise"},
    {"model.layers.*.self_attn.o_proj", "rowwise"},
    {"model.layers.*.mlp.gate_proj", "colwise"},
    {"model.layers.*.mlp.up_proj", "colwise"},
    {"model.layers.*.mlp.down_proj", "rowwise"},
    {"lm_head", "colwise_rep"},
};

/// Keys without effect on training. Generation, tokens' meaning, the format and provenance of the folder.
constexpr StringRef withoutEffect[] = {
    "_attn_implementation", "_attn_implementation_autoset", "_name_or_path", "add_cross_attention", "bad_words_ids",
    "begin_suppress_tokens", "bos_token_id", "chunk_size_feed_forward", "cross_attention_hidden_size",
    "decoder_start_token_id", "diversity_penalty", "do_sample", "dtype", "early_stopping", "encoder_no_repeat_ngram_size",
    "eos_token_id", "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
    "id2label", "is_decoder", "is_encoder_decoder", "label2id", "length_penalty", "max_length", "max_position_embeddings",
    "min_length", "name_or_path", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_return_sequences",
    "output_attentions", "output_hidden_states", "output_scores", "pad_token_id", "prefix", "pretraining_tp", "problem_type",
    "pruned_heads", "remove_invalid_values", "repetition_penalty", "return_dict", "return_dict_in_generate", "sep_token_id",
    "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tie_encoder_decoder", "tokenizer_class",
    "top_k", "top_p", "torch_dtype", "torchscript", "transformers_version", "typical_p", "use_bfloat16", "use_cache"
};
// clang-format on

/// rope_type llama3: slow frequencies are divided by factor, fast ones kept, with a ramp between.
struct Llama3Scaling {
  double factor, lowFactor, highFactor, originalLength;
};

struct LlamaConfig {
  int64_t vocabulary, width, inner, layers, heads, keyHeads, headSize;
  double epsilon, initializerRange, theta;
  bool tied;
  std::optional<Llama3Scaling> scaling;
};

//===----------------------------------------------------------------------------------------------------------------------===//
// config.json
//===----------------------------------------------------------------------------------------------------------------------===//

/// Reads rope_scaling or rope_parameters.
std::optional<Llama3Scaling> readScaling(ConfigReader &rope, StringRef key, ConfigReader &config) {
  StringRef typeKey = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
  std::string type = rope.string(typeKey, "default");
  if (typeKey == "rope_type")
    rope.ignore({"type"}); // Both stand in folders that were written for old and new releases.
  std::optional<Llama3Scaling> scaling;
  if (type == "llama3") {
    int64_t length = config.size("max_position_embeddings", 2048);
    scaling = Llama3Scaling{rope.positive("factor"), rope.positive("low_freq_factor"), rope.positive("high_freq_factor"),
                            double(rope.size("original_max_position_embeddings", length))};
    if (!config.failed() && scaling->highFactor <= scaling->lowFactor)
      rope.error("high_freq_factor") << key << ".high_freq_factor must be above low_freq_factor, got "
                                     << printedNumber(scaling->highFactor) << " and " << printedNumber(scaling->lowFactor);
  } else if (type != "default") {
    rope.error(typeKey) << key << "." << typeKey << "=" << type << " is not supported yet; supported: default, llama3";
    return std::nullopt;
  }
  rope.refuseTheRest();
  return scaling;
}

void readRope(ConfigReader &config, LlamaConfig &llama) {
  llama.theta = config.positive("rope_theta", 10000.0);
  std::optional<ConfigReader> parameters = config.nested("rope_parameters"), scaling = config.nested("rope_scaling");
  if (parameters && scaling) {
    config.error("rope_parameters") << "rope_parameters and rope_scaling are two spellings of one setting, give one";
    return;
  }
  if (parameters) {
    double theta = parameters->positive("rope_theta", llama.theta);
    if (config.has("rope_theta") && theta != llama.theta)
      config.error("rope_theta") << "rope_theta is " << printedNumber(llama.theta) << " here and " << printedNumber(theta)
                                 << " in rope_parameters, give one";
    llama.theta = theta;
    llama.scaling = readScaling(*parameters, "rope_parameters", config);
  }
  if (scaling)
    llama.scaling = readScaling(*scaling, "rope_scaling", config);
}

void checkHeads(ConfigReader &config, const LlamaConfig &llama) {
  if (llama.heads % llama.keyHeads)
    config.error("num_key_value_heads") << "num_attention_heads (" << llama.heads
                                        << ") must be a multiple of num_key_value_heads (" << llama.keyHeads << ")";
  if (!config.has("head_dim") && llama.width % llama.heads)
    config.error("hidden_size") << "hidden_size (" << llama.width << ") must be a multiple of num_attention_heads ("
                                << llama.heads << ") where head_dim is not given";
  else if (llama.headSize % 2)
    config.error(config.has("head_dim") ? "head_dim" : "hidden_size")
        << "the head size must be even for rope, got " << llama.headSize;
}

/// Checks what has one meaning here and others in Hugging Face.
void checkFixed(ConfigReader &config, int64_t layers) {
  std::vector<std::string> names = config.strings("architectures");
  if (!names.empty() && !llvm::is_contained(names, "LlamaForCausalLM"))
    config.error("architectures") << "architectures must have LlamaForCausalLM, got " << names.front();
  if (std::string activation = config.string("hidden_act", "silu"); activation != "silu" && activation != "swish")
    config.error("hidden_act") << "hidden_act=" << activation << " is not supported yet; supported: silu";
  config.refuse("attention_bias");
  config.refuse("mlp_bias");
  config.requireNumber("attention_dropout", 0);
  config.requireNumber("partial_rotary_factor", 1);
  std::vector<std::string> types = config.strings("layer_types");
  for (const std::string &type : types)
    if (type != "full_attention") {
      config.error("layer_types") << "a layer_types of " << type << " is not supported yet; supported: full_attention";
      return;
    }
  if (!types.empty() && int64_t(types.size()) != layers)
    config.error("layer_types") << "layer_types has " << types.size() << " entries for " << layers << " layers";
}

LlamaConfig readConfig(ConfigReader &config) {
  LlamaConfig llama;
  llama.vocabulary = config.size("vocab_size", 32000);
  llama.width = config.size("hidden_size", 4096);
  llama.inner = config.size("intermediate_size", 11008);
  llama.layers = config.size("num_hidden_layers", 32);
  llama.heads = config.size("num_attention_heads", 32);
  llama.keyHeads = config.size("num_key_value_heads", llama.heads);
  llama.headSize = config.size("head_dim", std::max<int64_t>(1, llama.width / llama.heads));
  llama.epsilon = config.positive("rms_norm_eps", 1e-6);
  llama.initializerRange = config.positive("initializer_range", 0.02);
  llama.tied = config.boolean("tie_word_embeddings", false);
  readRope(config, llama);
  if (!config.failed())
    checkHeads(config, llama);
  checkFixed(config, llama.layers);
  config.ignore(withoutEffect);
  config.refuseTheRest();
  return llama;
}

/// Returns the frequencies of the head's halves, in float64.
std::vector<double> frequencies(const LlamaConfig &llama) {
  std::vector<double> result;
  for (int64_t i = 0; i < llama.headSize; i += 2) {
    double frequency = 1.0 / std::pow(llama.theta, double(i) / double(llama.headSize));
    if (const std::optional<Llama3Scaling> &scaling = llama.scaling) {
      double turns = scaling->originalLength * frequency / (2 * std::numbers::pi);
      double ramp = std::clamp((turns - scaling->lowFactor) / (scaling->highFactor - scaling->lowFactor), 0.0, 1.0);
      frequency *= (1 - ramp) / scaling->factor + ramp;
    }
    result.push_back(frequency);
  }
  return result;
}

//===----------------------------------------------------------------------------------------------------------------------===//
// Classes
//===----------------------------------------------------------------------------------------------------------------------===//

/// Builds the classes, leaves first.
class LlamaClasses {
public:
  LlamaClasses(const LlamaConfig &llama, ModelBuilder &model) : llama(llama), model(model), builder(model.builder) {}

  void buildAll();

private:
  RankedTensorType hidden() const { return model.activation({llama.width}); }
  RankedTensorType ropeTable() const { return model.activation({llama.headSize / 2}); }
  /// What a layer and its attention take: the hidden state, then what is one value for all layers.
  SmallVector<std::pair<StringRef, Type>> layerInputs() const {
    return {{"x", hidden()}, {"positions", model.indices()}, {"cos", ropeTable()}, {"sin", ropeTable()}};
  }
  Value add(Location location, Value lhs, Value rhs) {
    return nn::AddOp::create(builder, location, lhs.getType(), lhs, rhs).getResult();
  }
  Value project(ClassBuilder &self, StringRef name, Value x, int64_t heads);

  void buildAttention();
  void buildMLP();
  void buildLayer();
  void buildModel();
  void buildRoot();

  const LlamaConfig &llama;
  ModelBuilder &model;
  OpBuilder &builder;
};

void LlamaClasses::buildAll() {
  model.embedding("Embedding", llama.vocabulary, llama.width);
  model.rmsNorm("LlamaRMSNorm", llama.width, llama.epsilon);
  buildAttention();
  buildMLP();
  buildLayer();
  buildModel();
  buildRoot();
}

/// Calls a projection and splits its result into heads.
Value LlamaClasses::project(ClassBuilder &self, StringRef name, Value x, int64_t heads) {
  Value joined = self.call(name, x);
  return nn::ReshapeOp::create(builder, self.at(name), model.activation({heads, llama.headSize}), joined,
                               "b t (h d) -> b t h d")
      .getResult();
}

void LlamaClasses::buildAttention() {
  int64_t queryWidth = llama.heads * llama.headSize, keyWidth = llama.keyHeads * llama.headSize;
  std::string query = model.linear(queryWidth, llama.width), key = model.linear(keyWidth, llama.width);
  std::string output = model.linear(llama.width, queryWidth);
  ClassBuilder self = model.begin("LlamaAttention");
  self.instance("q_proj", query);
  self.instance("k_proj", key);
  self.instance("v_proj", key);
  self.instance("o_proj", output);
  auto arguments = self.forward(layerInputs(), hidden());
  Value x = arguments[0], positions = arguments[1], cosines = arguments[2], sines = arguments[3];
  Value q = project(self, "q_proj", x, llama.heads);
  Value k = project(self, "k_proj", x, llama.keyHeads);
  Value v = project(self, "v_proj", x, llama.keyHeads);
  auto rope = [&](Value heads) {
    return nn::RopeOp::create(builder, self.at("rope"), heads.getType(), heads, cosines, sines, /*inverse=*/false).getResult();
  };
  q = rope(q);
  k = rope(k);
  auto attention =
      nn::AttentionOp::create(builder, self.at("attention"), q.getType(), model.activation({llama.heads}), q, k, v, positions,
                              positions, llvm::APFloat(std::pow(double(llama.headSize), -0.5)), /*causal=*/true, IntegerAttr());
  Value joined = nn::ReshapeOp::create(builder, self.at("attention"), model.activation({queryWidth}), attention.getResult(),
                                       "b t h d -> b t (h d)")
                     .getResult();
  self.finish(self.call("o_proj", joined));
}

void LlamaClasses::buildMLP() {
  std::string up = model.linear(llama.inner, llama.width), down = model.linear(llama.width, llama.inner);
  ClassBuilder self = model.begin("LlamaMLP");
  self.instance("gate_proj", up);
  self.instance("up_proj", up);
  self.instance("down_proj", down);
  Value x = self.forward({{"x", hidden()}}, hidden())[0];
  Value gate = self.call("gate_proj", x);
  gate = nn::SiluOp::create(builder, self.at("act_fn"), gate.getType(), gate).getResult();
  Value raised = self.call("up_proj", x);
  Value product = nn::MulOp::create(builder, self.at("act_fn"), gate.getType(), gate, raised).getResult();
  self.finish(self.call("down_proj", product));
}

void LlamaClasses::buildLayer() {
  ClassBuilder self = model.begin("LlamaDecoderLayer");
  self.instance("self_attn", "LlamaAttention");
  self.instance("mlp", "LlamaMLP");
  self.instance("input_layernorm", "LlamaRMSNorm");
  self.instance("post_attention_layernorm", "LlamaRMSNorm");
  auto arguments = self.forward(layerInputs(), hidden());
  Value x = arguments[0];
  Value normed = self.call("input_layernorm", x);
  x = add(self.at("self_attn"), x, self.call("self_attn", {normed, arguments[1], arguments[2], arguments[3]}));
  normed = self.call("post_attention_layernorm", x);
  x = add(self.at("mlp"), x, self.call("mlp", normed));
  self.finish(x);
}

void LlamaClasses::buildModel() {
  ClassBuilder self = model.begin("LlamaModel");
  self.instance("embed_tokens", "Embedding");
  self.instance("layers", "LlamaDecoderLayer", llama.layers);
  self.instance("norm", "LlamaRMSNorm");
  auto arguments = self.forward({{"tokens", model.indices()}, {"positions", model.indices()}}, hidden());
  Value positions = arguments[1];
  std::vector<double> values = frequencies(llama);
  auto table =
      DenseElementsAttr::get(RankedTensorType::get(int64_t(values.size()), builder.getF64Type()), ArrayRef<double>(values));
  Value x = self.call("embed_tokens", arguments[0]);
  auto rope = nn::RopeTableOp::create(builder, self.at("rotary_emb"), ropeTable(), ropeTable(), positions, table);
  x = self.call("layers", {x, positions, rope.getCosines(), rope.getSines()});
  self.finish(self.call("norm", x));
}

void LlamaClasses::buildRoot() {
  std::string head = model.linear(llama.vocabulary, llama.width);
  ClassBuilder self = model.begin("LlamaForCausalLM");
  self.instance("model", "LlamaModel");
  std::optional<std::pair<std::string, std::string>> tie;
  if (llama.tied)
    tie = {"weight", "model.embed_tokens.weight"};
  self.instance("lm_head", head, std::nullopt, tie);
  auto arguments = self.forward({{"tokens", model.indices()}, {"targets", model.indices()}, {"positions", model.indices()}},
                                {model.scalar(), model.scalar()});
  Value x = self.call("model", {arguments[0], arguments[2]});
  Value logits = self.call("lm_head", x);
  self.finish(
      nn::CrossEntropyOp::create(builder, self.at("loss"), model.scalar(), model.scalar(), logits, arguments[1]).getResults());
}

/// Sizes of 2^31 and less still multiply to more than an offset can hold.
LogicalResult checkElements(ConfigReader &config, const LlamaConfig &llama, TokenShape tokens) {
  constexpr double limit = 4e15;
  double rows = double(tokens.batch) * double(tokens.sequence);
  double widest = std::max(
      {double(llama.width), double(llama.inner), double(llama.vocabulary), double(llama.heads) * double(llama.headSize)});
  double elements = std::max(rows, double(llama.width)) * widest;
  if (elements <= limit)
    return success();
  return config.error("model_type") << "sizes are beyond what a program can address: a tensor would have "
                                    << printedNumber(elements) << " elements, at most " << printedNumber(limit);
}

} // namespace

FailureOr<ModelFacts> buildLlama(ConfigReader &config, ModelBuilder &builder) {
  LlamaConfig llama = readConfig(config);
  if (config.failed() || failed(checkElements(config, llama, builder.tokens)))
    return failure();
  LlamaClasses(llama, builder).buildAll();
  return ModelFacts{"LlamaForCausalLM", "model", llama.vocabulary, llama.initializerRange, plan, huggingFacePlan};
}

} // namespace shardc
