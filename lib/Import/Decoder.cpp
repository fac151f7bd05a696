//===- Decoder.cpp - The classes of Llama and its relatives ------------------------------------===//

#include "Decoder.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

// clang-format off
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
// clang-format on

using Arguments = SmallVector<std::pair<StringRef, Type>>;

/// Builds the classes, leaves first.
class DecoderClasses {
public:
  DecoderClasses(const Decoder &decoder, ModelBuilder &model) : decoder(decoder), model(model), builder(model.builder) {
    for (const LayerKind &kind : decoder.layers)
      if (!llvm::is_contained(kinds, kind))
        kinds.push_back(kind);
  }

  void buildAll();

private:
  std::string named(StringRef suffix) const { return decoder.family + suffix.str(); }
  /// Where there are layers of several kinds, those with a window are Sliding ones.
  std::string named(const LayerKind &kind, StringRef suffix) const {
    return named((kinds.size() > 1 && kind.window ? "Sliding" : "") + suffix.str());
  }
  RankedTensorType hidden() const { return model.activation({decoder.width}); }
  RankedTensorType ropeTable() const { return model.activation({decoder.headSize / 2}); }
  RankedTensorType headsType(int64_t heads) const { return model.activation({heads, decoder.headSize}); }
  Arguments attentionInputs() const;
  Arguments layerInputs() const;
  Value add(Location location, Value lhs, Value rhs) {
    return nn::AddOp::create(builder, location, lhs.getType(), lhs, rhs).getResult();
  }
  Value norm(ClassBuilder &self, StringRef name, Value x) { return decoder.outputNorms ? self.call(name, x) : x; }

  void declareProjections(ClassBuilder &self, ArrayRef<std::string> classes);
  std::array<Value, 3> project(ClassBuilder &self, Value x);
  Value splitHeads(ClassBuilder &self, StringRef name, Value joined, int64_t heads);
  Value attend(ClassBuilder &self, Value q, Value k, Value v, Value positions, const LayerKind &kind);
  Value activate(ClassBuilder &self, Value gate);

  void buildAttention(const LayerKind &kind);
  void buildMLP();
  void buildLayer(const LayerKind &kind);
  void buildModel();
  void buildRoot();

  const Decoder &decoder;
  ModelBuilder &model;
  OpBuilder &builder;
  SmallVector<LayerKind, 2> kinds;
};

/// What attention takes: the hidden state, then what is one value for all layers.
Arguments DecoderClasses::attentionInputs() const {
  return {{"x", hidden()}, {"positions", model.indices()}, {"cos", ropeTable()}, {"sin", ropeTable()}};
}

/// What a layer takes: as attention, but all rope tables.
Arguments DecoderClasses::layerInputs() const {
  Arguments inputs = attentionInputs();
  for (size_t i = 1; i < decoder.ropes.size(); ++i)
    inputs.append({{"cos_local", ropeTable()}, {"sin_local", ropeTable()}});
  return inputs;
}

void DecoderClasses::buildAll() {
  model.embedding("Embedding", decoder.vocabulary, decoder.width, decoder.padding);
  model.rmsNorm(named("RMSNorm"), {decoder.width}, decoder.epsilon, decoder.normPlusOne);
  for (const LayerKind &kind : kinds)
    buildAttention(kind);
  buildMLP();
  for (const LayerKind &kind : kinds)
    buildLayer(kind);
  buildModel();
  buildRoot();
}

//=== ------------------------------------------------------------------------------------------===//
// Attention
//=== ------------------------------------------------------------------------------------------===//

void DecoderClasses::declareProjections(ClassBuilder &self, ArrayRef<std::string> classes) {
  if (decoder.fusedProjections)
    return self.instance("qkv_proj", classes[0]);
  self.instance("q_proj", classes[0]);
  self.instance("k_proj", classes[1]);
  self.instance("v_proj", classes[1]);
}

/// Splits what a projection gives into heads, and norms them where the model does.
Value DecoderClasses::splitHeads(ClassBuilder &self, StringRef name, Value joined, int64_t heads) {
  Value split =
      nn::ReshapeOp::create(builder, self.at(name), headsType(heads), joined, "b t (h d) -> b t h d").getResult();
  return decoder.headNorms && name != "v_proj" ? self.call(name == "q_proj" ? "q_norm" : "k_norm", split) : split;
}

/// Returns q, k and v as heads.
std::array<Value, 3> DecoderClasses::project(ClassBuilder &self, Value x) {
  std::array<std::pair<StringRef, int64_t>, 3> names = {
      {{"q_proj", decoder.heads}, {"k_proj", decoder.keyHeads}, {"v_proj", decoder.keyHeads}}};
  std::array<Value, 3> heads;
  if (decoder.fusedProjections)
    llvm::copy(self.callAll("qkv_proj", x), heads.begin());
  for (auto [value, name] : llvm::zip(heads, names))
    value = splitHeads(self, name.first, decoder.fusedProjections ? value : self.call(name.first, x), name.second);
  return heads;
}

/// Attention of split heads, joined again.
Value DecoderClasses::attend(ClassBuilder &self, Value q, Value k, Value v, Value positions, const LayerKind &kind) {
  // Queries and keys both take the table's factor, so their products take it twice.
  double scale = decoder.attentionScale * std::pow(attentionFactor(decoder.ropes[kind.rope]), 2);
  auto attention = nn::AttentionOp::create(builder, self.at("attention"), q.getType(), model.sums(decoder.heads), q, k,
                                           v, positions, positions, llvm::APFloat(scale), /*causal=*/true,
                                           kind.window ? builder.getI64IntegerAttr(*kind.window) : IntegerAttr());
  return nn::ReshapeOp::create(builder, self.at("attention"), model.activation({decoder.heads * decoder.headSize}),
                               attention.getResult(), "b t h d -> b t (h d)")
      .getResult();
}

void DecoderClasses::buildAttention(const LayerKind &kind) {
  int64_t queryWidth = decoder.heads * decoder.headSize, keyWidth = decoder.keyHeads * decoder.headSize;
  SmallVector<std::string, 2> classes;
  if (decoder.fusedProjections)
    classes = {model.fusedLinear({{"q", queryWidth}, {"k", keyWidth}, {"v", keyWidth}}, decoder.width)};
  else
    classes = {model.linear(queryWidth, decoder.width, decoder.projectionBias),
               model.linear(keyWidth, decoder.width, decoder.projectionBias)};
  std::string output = model.linear(decoder.width, queryWidth), queryNorm, keyNorm;
  if (decoder.headNorms) {
    queryNorm =
        model.rmsNorm(named("QueryNorm"), {decoder.heads, decoder.headSize}, decoder.epsilon, decoder.normPlusOne);
    keyNorm =
        model.rmsNorm(named("KeyNorm"), {decoder.keyHeads, decoder.headSize}, decoder.epsilon, decoder.normPlusOne);
  }

  ClassBuilder self = model.begin(named(kind, "Attention"));
  declareProjections(self, classes);
  self.instance("o_proj", output);
  if (decoder.headNorms) {
    self.instance("q_norm", queryNorm);
    self.instance("k_norm", keyNorm);
  }
  auto arguments = self.forward(attentionInputs(), hidden());
  auto [q, k, v] = project(self, arguments[0]);
  auto rope = [&](Value heads) {
    return nn::RopeOp::create(builder, self.at("rope"), heads.getType(), heads, arguments[2], arguments[3],
                              /*inverse=*/false)
        .getResult();
  };
  q = rope(q);
  k = rope(k);
  self.finish(self.call("o_proj", attend(self, q, k, v, arguments[1], kind)));
}

//=== ------------------------------------------------------------------------------------------===//
// The MLP and the layer
//=== ------------------------------------------------------------------------------------------===//

Value DecoderClasses::activate(ClassBuilder &self, Value gate) {
  if (decoder.gelu)
    return nn::GeluOp::create(builder, self.at("act_fn"), gate.getType(), gate).getResult();
  return nn::SiluOp::create(builder, self.at("act_fn"), gate.getType(), gate).getResult();
}

void DecoderClasses::buildMLP() {
  std::string down = model.linear(decoder.width, decoder.inner);
  std::string up = decoder.fusedProjections
                       ? model.fusedLinear({{"gate", decoder.inner}, {"up", decoder.inner}}, decoder.width)
                       : model.linear(decoder.inner, decoder.width);
  ClassBuilder self = model.begin(named("MLP"));
  if (decoder.fusedProjections) {
    self.instance("gate_up_proj", up);
  } else {
    self.instance("gate_proj", up);
    self.instance("up_proj", up);
  }
  self.instance("down_proj", down);
  Value x = self.forward({{"x", hidden()}}, hidden())[0];
  Value gate, raised;
  if (decoder.fusedProjections) {
    ResultRange parts = self.callAll("gate_up_proj", x);
    gate = activate(self, parts[0]);
    raised = parts[1];
  } else {
    gate = activate(self, self.call("gate_proj", x));
    raised = self.call("up_proj", x);
  }
  Value product = nn::MulOp::create(builder, self.at("act_fn"), gate.getType(), gate, raised).getResult();
  self.finish(self.call("down_proj", product));
}

void DecoderClasses::buildLayer(const LayerKind &kind) {
  StringRef middle = decoder.outputNorms ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  ClassBuilder self = model.begin(named(kind, "DecoderLayer"));
  self.instance("self_attn", named(kind, "Attention"));
  self.instance("mlp", named("MLP"));
  self.instance("input_layernorm", named("RMSNorm"));
  self.instance("post_attention_layernorm", named("RMSNorm"));
  if (decoder.outputNorms) {
    self.instance("pre_feedforward_layernorm", named("RMSNorm"));
    self.instance("post_feedforward_layernorm", named("RMSNorm"));
  }
  auto arguments = self.forward(layerInputs(), hidden());
  Value x = arguments[0], cosines = arguments[2 + 2 * kind.rope], sines = arguments[3 + 2 * kind.rope];
  Value attended = self.call("self_attn", {self.call("input_layernorm", x), arguments[1], cosines, sines});
  x = add(self.at("self_attn"), x, norm(self, "post_attention_layernorm", attended));
  Value raised = self.call("mlp", self.call(middle, x));
  x = add(self.at("mlp"), x, norm(self, "post_feedforward_layernorm", raised));
  self.finish(x);
}

//=== ------------------------------------------------------------------------------------------===//
// The whole
//=== ------------------------------------------------------------------------------------------===//

void DecoderClasses::buildModel() {
  ClassBuilder self = model.begin(named("Model"));
  SmallVector<std::pair<int64_t, std::string>> runs;
  for (const LayerKind &kind : decoder.layers) {
    std::string name = named(kind, "DecoderLayer");
    if (runs.empty() || runs.back().second != name)
      runs.emplace_back(0, name);
    ++runs.back().first;
  }
  self.instance("embed_tokens", "Embedding");
  self.list("layers", runs);
  self.instance("norm", named("RMSNorm"));
  auto arguments = self.forward({{"tokens", model.indices()}, {"positions", model.indices()}}, hidden());
  Value x = self.call("embed_tokens", arguments[0]);
  if (decoder.embeddingScale)
    x = nn::ScaleOp::create(builder, self.at("embed_tokens"), hidden(), x, llvm::APFloat(*decoder.embeddingScale))
            .getResult();
  SmallVector<Value> inputs = {x, arguments[1]};
  for (const Rope &rope : decoder.ropes) {
    std::vector<double> values = frequencies(rope, decoder.headSize, model.tokens.sequence);
    auto type = RankedTensorType::get(int64_t(values.size()), builder.getF64Type());
    auto table = nn::RopeTableOp::create(builder, self.at("rotary_emb"), ropeTable(), ropeTable(), arguments[1],
                                         DenseElementsAttr::get(type, ArrayRef<double>(values)));
    inputs.append({table.getCosines(), table.getSines()});
  }
  self.finish(self.call("norm", self.call("layers", inputs)));
}

void DecoderClasses::buildRoot() {
  std::string head = model.linear(decoder.vocabulary, decoder.width);
  ClassBuilder self = model.begin(named("ForCausalLM"));
  self.instance("model", named("Model"));
  std::optional<std::pair<std::string, std::string>> tie;
  if (decoder.tied)
    tie = {"weight", "model.embed_tokens.weight"};
  self.instance("lm_head", head, tie);
  model.finishRoot(self, "model", "lm_head");
}

} // namespace

FailureOr<ModelFacts> buildDecoder(ConfigReader &config, ModelBuilder &builder, const Decoder &decoder,
                                   ArrayRef<PlanEntry> plan, ArrayRef<PlanEntry> huggingFacePlan) {
  readCommonKeys(config);
  config.refuseTheRest();
  TokenShape tokens = builder.tokens;
  double rows = std::max(double(tokens.batch) * double(tokens.sequence), double(decoder.width));
  if (config.failed() || failed(checkElements(config, rows,
                                              {double(decoder.width), double(decoder.inner), double(decoder.vocabulary),
                                               double(decoder.heads) * double(decoder.headSize)})))
    return failure();
  DecoderClasses(decoder, builder).buildAll();
  return ModelFacts{decoder.family + "ForCausalLM", decoder.vocabulary, decoder.initializerRange, plan,
                    huggingFacePlan};
}

ArrayRef<PlanEntry> decoderPlan() {
  return plan;
}

ArrayRef<PlanEntry> decoderHuggingFacePlan() {
  return huggingFacePlan;
}

} // namespace shardc
