//===- GPT2.cpp - GPT2LMHeadModel --------------------------------------------------------------===//

#include "Architecture.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

/// Queries, keys and values stand side by side in c_attn, and each of them is split by its own columns.
constexpr PlanEntry plan[] = {
    {"transformer.wte", "rowwise_rep"},         {"transformer.h.*.attn.c_attn", "colwise"},
    {"transformer.h.*.attn.c_proj", "rowwise"}, {"transformer.h.*.mlp.c_fc", "colwise"},
    {"transformer.h.*.mlp.c_proj", "rowwise"},  {"lm_head", "colwise"},
};

/// Hugging Face ships no plan for GPT-2.
constexpr ArrayRef<PlanEntry> huggingFacePlan;

/// Keys without effect on training: the length that older folders repeat, and heads for other tasks.
constexpr StringRef withoutEffect[] = {
    "n_ctx",        "pad_token_id",    "summary_activation", "summary_first_dropout", "summary_proj_to_labels",
    "summary_type", "summary_use_proj"};

struct GPT2 {
  int64_t vocabulary, positions, width, inner, layers, heads;
  double epsilon, initializerRange;
  bool tied, scaled;
};

void checkFixed(ConfigReader &config) {
  std::vector<std::string> names = config.strings("architectures");
  if (!names.empty() && !llvm::is_contained(names, "GPT2LMHeadModel"))
    config.error("architectures") << "architectures must have GPT2LMHeadModel, got " << names.front();
  std::string activation = config.string("activation_function", "gelu_new");
  if (activation != "gelu_new" && activation != "gelu_pytorch_tanh")
    config.error("activation_function") << "activation_function=" << activation
                                        << " is not supported yet; supported: gelu_new, gelu_pytorch_tanh";
  for (StringRef key : {"attn_pdrop", "embd_pdrop", "resid_pdrop"})
    config.requireNumber(key, 0, 0.1);
  config.refuse("scale_attn_by_inverse_layer_idx");
  config.boolean("reorder_and_upcast_attn", false); // the same figures in another order
}

GPT2 readConfig(ConfigReader &config, TokenShape tokens) {
  GPT2 gpt2;
  gpt2.vocabulary = config.size("vocab_size", 50257);
  gpt2.positions = config.size("n_positions", 1024);
  gpt2.width = config.size("n_embd", 768);
  gpt2.layers = readLayerCount(config, "n_layer", 12);
  gpt2.heads = config.size("n_head", 12);
  gpt2.inner = config.size("n_inner", 4 * gpt2.width);
  gpt2.epsilon = config.positive("layer_norm_epsilon", 1e-5);
  gpt2.initializerRange = config.positive("initializer_range", 0.02);
  gpt2.tied = config.boolean("tie_word_embeddings", true);
  gpt2.scaled = config.boolean("scale_attn_weights", true);
  if (gpt2.width % gpt2.heads)
    config.error("n_embd") << "n_embd (" << gpt2.width << ") must be a multiple of n_head (" << gpt2.heads << ")";
  if (tokens.sequence > gpt2.positions)
    config.error("n_positions") << "the sequence length (" << tokens.sequence << ") must be at most n_positions ("
                                << gpt2.positions << ")";
  checkFixed(config);
  readCommonKeys(config);
  config.ignore(withoutEffect);
  config.refuseTheRest();
  return gpt2;
}

/// Builds the classes, leaves first.
class GPT2Classes {
public:
  GPT2Classes(const GPT2 &gpt2, ModelBuilder &model) : gpt2(gpt2), model(model), builder(model.builder) {}

  void buildAll();

private:
  RankedTensorType hidden() const { return model.activation({gpt2.width}); }
  SmallVector<std::pair<StringRef, Type>> layerInputs() const {
    return {{"x", hidden()}, {"positions", model.indices()}};
  }
  Value add(Location location, Value lhs, Value rhs) {
    return nn::AddOp::create(builder, location, lhs.getType(), lhs, rhs).getResult();
  }

  void buildAttention();
  void buildMLP();
  void buildBlock();
  void buildModel();
  void buildRoot();

  const GPT2 &gpt2;
  ModelBuilder &model;
  OpBuilder &builder;
};

void GPT2Classes::buildAll() {
  model.embedding("Embedding", gpt2.vocabulary, gpt2.width);
  model.embedding("PositionEmbedding", gpt2.positions, gpt2.width);
  model.layerNorm("LayerNorm", gpt2.width, gpt2.epsilon);
  buildAttention();
  buildMLP();
  buildBlock();
  buildModel();
  buildRoot();
}

void GPT2Classes::buildAttention() {
  int64_t width = gpt2.width, headSize = width / gpt2.heads;
  std::string fused = model.fusedConv1D(width, {{"q", width}, {"k", width}, {"v", width}}),
              output = model.conv1D(width, width);
  ClassBuilder self = model.begin("GPT2Attention");
  self.instance("c_attn", fused);
  self.instance("c_proj", output);
  auto arguments = self.forward(layerInputs(), hidden());
  Value positions = arguments[1];
  SmallVector<Value, 3> heads;
  for (Value part : self.callAll("c_attn", arguments[0]))
    heads.push_back(nn::ReshapeOp::create(builder, self.at("c_attn"), model.activation({gpt2.heads, headSize}), part,
                                          "b t (h d) -> b t h d"));
  double scale = gpt2.scaled ? std::pow(double(headSize), -0.5) : 1.0;
  auto attention = nn::AttentionOp::create(builder, self.at("attention"), heads[0].getType(), model.sums(gpt2.heads),
                                           heads[0], heads[1], heads[2], positions, positions, llvm::APFloat(scale),
                                           /*causal=*/true, IntegerAttr());
  Value joined =
      nn::ReshapeOp::create(builder, self.at("attention"), hidden(), attention.getResult(), "b t h d -> b t (h d)")
          .getResult();
  self.finish(self.call("c_proj", joined));
}

void GPT2Classes::buildMLP() {
  std::string up = model.conv1D(gpt2.width, gpt2.inner), down = model.conv1D(gpt2.inner, gpt2.width);
  ClassBuilder self = model.begin("GPT2MLP");
  self.instance("c_fc", up);
  self.instance("c_proj", down);
  Value x = self.call("c_fc", self.forward({{"x", hidden()}}, hidden())[0]);
  x = nn::GeluOp::create(builder, self.at("act"), x.getType(), x).getResult();
  self.finish(self.call("c_proj", x));
}

void GPT2Classes::buildBlock() {
  ClassBuilder self = model.begin("GPT2Block");
  self.instance("ln_1", "LayerNorm");
  self.instance("attn", "GPT2Attention");
  self.instance("ln_2", "LayerNorm");
  self.instance("mlp", "GPT2MLP");
  auto arguments = self.forward(layerInputs(), hidden());
  Value x = arguments[0];
  x = add(self.at("attn"), x, self.call("attn", {self.call("ln_1", x), arguments[1]}));
  x = add(self.at("mlp"), x, self.call("mlp", self.call("ln_2", x)));
  self.finish(x);
}

void GPT2Classes::buildModel() {
  ClassBuilder self = model.begin("GPT2Model");
  self.instance("wte", "Embedding");
  self.instance("wpe", "PositionEmbedding");
  self.list("h", {{gpt2.layers, "GPT2Block"}});
  self.instance("ln_f", "LayerNorm");
  auto arguments = self.forward({{"tokens", model.indices()}, {"positions", model.indices()}}, hidden());
  Value tokens = self.call("wte", arguments[0]);
  Value x = add(self.at("wpe"), tokens, self.call("wpe", arguments[1]));
  self.finish(self.call("ln_f", self.call("h", {x, arguments[1]})));
}

void GPT2Classes::buildRoot() {
  std::string head = model.linear(gpt2.vocabulary, gpt2.width);
  ClassBuilder self = model.begin("GPT2LMHeadModel");
  self.instance("transformer", "GPT2Model");
  std::optional<std::pair<std::string, std::string>> tie;
  if (gpt2.tied)
    tie = {"weight", "transformer.wte.weight"};
  self.instance("lm_head", head, tie);
  model.finishRoot(self, "transformer", "lm_head");
}

} // namespace

FailureOr<ModelFacts> buildGPT2(ConfigReader &config, ModelBuilder &builder) {
  GPT2 gpt2 = readConfig(config, builder.tokens);
  double rows = std::max(double(builder.tokens.batch) * double(builder.tokens.sequence), double(gpt2.width));
  if (config.failed() ||
      failed(checkElements(config, rows, {double(gpt2.width), double(gpt2.inner), double(gpt2.vocabulary)})))
    return failure();
  GPT2Classes(gpt2, builder).buildAll();
  return ModelFacts{"GPT2LMHeadModel", gpt2.vocabulary, gpt2.initializerRange, plan, huggingFacePlan};
}

} // namespace shardc
