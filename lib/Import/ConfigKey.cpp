//===- ConfigKey.cpp - Keys of config.json that figures depend on ------------------------------===//

#include "ConfigKey.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace shardc {
namespace {

/// One setting of rope has several paths: beside the others, in rope_scaling, in rope_parameters of newer releases, and
/// there in an object for each kind of layers. The first is its name here.
std::vector<std::string> pathsOf(StringRef path) {
  constexpr StringRef objects[] = {"rope_scaling.", "rope_parameters.full_attention.", "rope_parameters."};
  if (path == "rope_theta" || path == "rope_parameters.rope_theta" ||
      path == "rope_parameters.full_attention.rope_theta")
    return {"rope_theta", "rope_parameters.rope_theta", "rope_parameters.full_attention.rope_theta"};
  if (path == "rope_local_base_freq" || path == "rope_parameters.sliding_attention.rope_theta")
    return {"rope_local_base_freq", "rope_parameters.sliding_attention.rope_theta"};
  if (path == "sliding_window_pattern")
    return {"sliding_window_pattern", "_sliding_window_pattern"};

  bool standsBeside = path == "original_max_position_embeddings" || path == "partial_rotary_factor";
  StringRef setting = standsBeside ? path : StringRef();
  for (StringRef object : objects)
    if (setting.empty() && path.starts_with(object) && !path.drop_front(object.size()).contains('.'))
      setting = path.drop_front(object.size());
  if (setting.empty())
    return {path.str()};
  std::vector<std::string> paths;
  if (setting == "original_max_position_embeddings" || setting == "partial_rotary_factor")
    paths.push_back(setting.str());
  if (setting == "type")
    setting = "rope_type";
  for (StringRef object : objects) {
    paths.push_back((object + setting).str());
    if (setting == "rope_type")
      paths.push_back((object + "type").str());
  }
  return paths;
}

/// Other names of the same function or rope type.
std::vector<StringRef> synonymsOf(const llvm::json::Value &value) {
  constexpr std::pair<StringRef, StringRef> names[] = {
      {"silu", "swish"}, {"gelu_new", "gelu_pytorch_tanh"}, {"longrope", "su"}};
  for (auto [one, other] : names)
    if (std::optional<StringRef> name = value.getAsString())
      if (*name == one || *name == other)
        return {*name == one ? other : one};
  return {};
}

Attribute attributeOf(Builder &b, const llvm::json::Value &value) {
  if (std::optional<bool> flag = value.getAsBoolean())
    return b.getBoolAttr(*flag);
  if (std::optional<int64_t> integer = value.getAsInteger())
    return b.getI64IntegerAttr(*integer);
  if (std::optional<double> number = value.getAsNumber())
    return b.getF64FloatAttr(*number);
  if (std::optional<StringRef> text = value.getAsString())
    return b.getStringAttr(*text);
  const llvm::json::Array *array = value.getAsArray();
  if (!array)
    return b.getUnitAttr(); // null
  return b.getArrayAttr(
      llvm::map_to_vector(*array, [&](const llvm::json::Value &element) { return attributeOf(b, element); }));
}

DictionaryAttr describeKey(Builder &b, const ConfigKey &key, ArrayRef<std::string> otherPaths) {
  NamedAttrList facts;
  facts.set("value", attributeOf(b, key.value));
  if (key.absent)
    facts.set("absent", attributeOf(b, *key.absent));
  if (key.null)
    facts.set("null", attributeOf(b, *key.null));
  if (!key.replacedBy.empty())
    facts.set("replaced_by", b.getStringAttr(key.replacedBy));
  if (std::vector<StringRef> synonyms = synonymsOf(key.value); !synonyms.empty())
    facts.set("synonyms", b.getStrArrayAttr(synonyms));
  if (!otherPaths.empty())
    facts.set("spellings", b.getStrArrayAttr(llvm::map_to_vector(
                               otherPaths, [](const std::string &path) { return StringRef(path); })));
  return facts.getDictionary(b.getContext());
}

} // namespace

DictionaryAttr describeMathematics(MLIRContext &context, ArrayRef<ConfigKey> keys) {
  // A setting that was asked for at several paths was resolved at the last one; the first one's default is its own.
  std::vector<ConfigKey> merged;
  for (ConfigKey key : keys) {
    key.name = pathsOf(key.name).front();
    auto known = llvm::find_if(merged, [&](const ConfigKey &other) { return other.name == key.name; });
    if (known == merged.end())
      merged.push_back(std::move(key));
    else
      known->value = std::move(key.value);
  }
  Builder b(&context);
  NamedAttrList all;
  for (const ConfigKey &key : merged)
    all.set(key.name, describeKey(b, key, ArrayRef(pathsOf(key.name)).drop_front()));
  return all.getDictionary(&context);
}

} // namespace shardc
