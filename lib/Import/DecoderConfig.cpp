//===- DecoderConfig.cpp - The keys of config.json that Llama and its relatives share ----------===//

#include "Decoder.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

void checkHeads(ConfigReader &config, const Decoder &decoder, const DecoderDefaults &defaults) {
  if (decoder.heads % decoder.keyHeads)
    config.error("num_key_value_heads") << "num_attention_heads (" << decoder.heads
                                        << ") must be a multiple of num_key_value_heads (" << decoder.keyHeads << ")";
  bool derived = !config.has("head_dim") && !defaults.headSize;
  if (derived && decoder.width % decoder.heads)
    config.error("hidden_size") << "hidden_size (" << decoder.width << ") must be a multiple of num_attention_heads ("
                                << decoder.heads << ") where head_dim is not given";
  else if (decoder.headSize % 2)
    config.error(derived ? "hidden_size" : "head_dim")
        << "the head size must be even for rope, got " << decoder.headSize;
}

/// Checks what has one meaning here and others in Hugging Face.
void checkFixed(ConfigReader &config, const DecoderDefaults &defaults) {
  std::string root = (defaults.family + "ForCausalLM").str();
  std::vector<std::string> names = config.strings("architectures");
  if (!names.empty() && !llvm::is_contained(names, root))
    config.error("architectures") << "architectures must have " << root << ", got " << names.front();
  std::string activation = config.string(defaults.activationKey, defaults.activation);
  if (activation != defaults.activation && !(defaults.activation == "silu" && activation == "swish"))
    config.error(defaults.activationKey) << defaults.activationKey << "=" << activation
                                         << " is not supported yet; supported: " << defaults.activation;
  config.refuse("attention_bias");
  config.refuse("mlp_bias");
  config.requireNumber("attention_dropout", 0);
  config.requireNumber("partial_rotary_factor", 1);
}

/// Reads pad_token_id: null is none, and a negative one counts from the end. A default that is no token is none: tables
/// of another size are made for other texts.
std::optional<int64_t> readPadding(ConfigReader &config, int64_t vocabulary, std::optional<int64_t> defaultValue) {
  constexpr StringRef key = "pad_token_id";
  if (defaultValue && *defaultValue >= vocabulary)
    defaultValue = std::nullopt;
  std::optional<int64_t> id;
  if (!config.isNull(key))
    id = config.has(key) ? config.integer(key) : defaultValue;
  auto valueOf = [](std::optional<int64_t> value) {
    return value ? llvm::json::Value(*value) : llvm::json::Value(nullptr);
  };
  config.ignore({key});
  config.note({key.str(), valueOf(id), valueOf(defaultValue), llvm::json::Value(nullptr)});
  if (!id || (*id >= -vocabulary && *id < vocabulary))
    return id && *id < 0 ? *id + vocabulary : id;
  config.error(key) << key << "=" << *id << " is beyond the vocabulary of " << vocabulary << ", try --set model." << key
                    << "=null";
  return std::nullopt;
}

} // namespace

Decoder readDecoder(ConfigReader &config, const DecoderDefaults &defaults) {
  Decoder decoder;
  decoder.family = defaults.family;
  decoder.vocabulary = config.size("vocab_size", defaults.vocabulary);
  decoder.padding = readPadding(config, decoder.vocabulary, defaults.padding);
  decoder.width = config.size("hidden_size", defaults.width);
  decoder.inner = config.size("intermediate_size", defaults.inner);
  decoder.layers.resize(readLayerCount(config, "num_hidden_layers", defaults.layers));
  decoder.heads = config.size("num_attention_heads", defaults.heads);
  // A null of these two means what follows from the others, whatever the default.
  bool keysFollow = config.isNull("num_key_value_heads"), headFollows = config.isNull("head_dim");
  decoder.keyHeads =
      config.size("num_key_value_heads", keysFollow ? decoder.heads : defaults.keyHeads.value_or(decoder.heads));
  int64_t headSize = std::max<int64_t>(1, decoder.width / decoder.heads);
  decoder.headSize = config.size("head_dim", headFollows ? headSize : defaults.headSize.value_or(headSize));
  config.note({"num_key_value_heads", decoder.keyHeads, defaults.keyHeads.value_or(decoder.heads), decoder.heads});
  config.note({"head_dim", decoder.headSize, defaults.headSize.value_or(headSize), headSize});
  decoder.epsilon = config.positive("rms_norm_eps", defaults.epsilon);
  decoder.initializerRange = config.positive("initializer_range", 0.02);
  decoder.tied = config.boolean("tie_word_embeddings", defaults.tied);
  decoder.attentionScale = std::pow(double(decoder.headSize), -0.5);
  if (defaults.theta)
    decoder.ropes.push_back(readRope(config, *defaults.theta, decoder.headSize));
  if (!config.failed())
    checkHeads(config, decoder, defaults);
  checkFixed(config, defaults);
  return decoder;
}

std::optional<int64_t> readSlidingWindow(ConfigReader &config, std::optional<int64_t> defaultValue) {
  bool none = config.isNull("sliding_window") || (!config.has("sliding_window") && !defaultValue);
  int64_t window = config.size("sliding_window", defaultValue.value_or(1));
  auto valueOf = [](std::optional<int64_t> size) {
    return size ? llvm::json::Value(*size) : llvm::json::Value(nullptr);
  };
  std::optional<int64_t> found = none ? std::nullopt : std::optional(window);
  config.note({"sliding_window", valueOf(found), valueOf(defaultValue), llvm::json::Value(nullptr)});
  return found;
}

void readLayerTypes(ConfigReader &config, Decoder &decoder, std::optional<int64_t> window,
                    llvm::function_ref<bool(int64_t)> slides) {
  std::vector<std::string> types = config.strings("layer_types");
  StringRef supported = window ? "full_attention, sliding_attention" : "full_attention";
  for (const std::string &type : types)
    if (type != "full_attention" && !(window && type == "sliding_attention")) {
      config.error("layer_types") << "a layer_types of " << type << " is not supported yet; supported: " << supported;
      return;
    }
  if (!types.empty() && types.size() != decoder.layers.size()) {
    config.error("layer_types") << "layer_types has " << types.size() << " entries for " << decoder.layers.size()
                                << " layers";
    return;
  }
  llvm::json::Array found, absent;
  for (auto [i, layer] : llvm::enumerate(decoder.layers)) {
    bool slidesByDefault = window && slides(i);
    if (types.empty() ? slidesByDefault : types[i] == "sliding_attention")
      layer.window = window;
    found.push_back(layer.window ? "sliding_attention" : "full_attention");
    absent.push_back(slidesByDefault ? "sliding_attention" : "full_attention");
  }
  config.note({"layer_types", std::move(found), llvm::json::Value(std::move(absent))});
}

} // namespace shardc
