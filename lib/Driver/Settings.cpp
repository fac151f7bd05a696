//===- Settings.cpp - The keys of a recipe -----------------------------------------------------===//

#include "Settings.h"
#include "shardc/Support/NearestName.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

using Kind = SettingSpec::Kind;

/// The one list of keys. Another key is a row here and a line where it is used.
const SettingSpec specs[] = {
    {.key = "distributed.strategy",
     .kind = Kind::Choice,
     .defaultValue = "fsdp2",
     .choices = "fsdp2 ddp",
     .later = "megatron_fsdp"},
    {.key = "distributed.world_size", .kind = Kind::Integer, .defaultValue = "null", .lowest = 1},
    {.key = "distributed.dp_size", .kind = Kind::Integer, .defaultValue = "null", .lowest = 1},
    {.key = "distributed.dp_replicate_size", .kind = Kind::Integer, .defaultValue = "1", .lowest = 1},
    {.key = "distributed.tp_size", .kind = Kind::Integer, .defaultValue = "1", .lowest = 1},
    {.key = "distributed.cp_size", .kind = Kind::Integer, .defaultValue = "1", .lowest = 1, .later = ">1"},
    {.key = "distributed.sequence_parallel", .kind = Kind::Boolean, .defaultValue = "false"},
    {.key = "distributed.tp_plan", .kind = Kind::Text, .defaultValue = "auto"},
    {.key = "distributed.reshard_after_forward", .kind = Kind::Boolean, .defaultValue = "null", .later = ">0"},
    {.key = "distributed.forward_prefetch", .kind = Kind::Integer, .defaultValue = "1"},
    {.key = "distributed.backward_prefetch", .kind = Kind::Integer, .defaultValue = "1"},
    {.key = "distributed.wrap",
     .kind = Kind::Choice,
     .defaultValue = "layers",
     .choices = "layers",
     .later = "class:* size:* LIST"},
    {.key = "precision.param_dtype",
     .kind = Kind::Choice,
     .defaultValue = "float32",
     .choices = "float32 bfloat16 float64",
     .later = "float16"},
    {.key = "precision.reduce_dtype",
     .kind = Kind::Choice,
     .defaultValue = "null",
     .choices = "float32 bfloat16 float64",
     .later = "float16"},
    {.key = "precision.output_dtype",
     .kind = Kind::Choice,
     .defaultValue = "null",
     .choices = "float32 bfloat16 float64",
     .later = "float16"},
    {.key = "precision.float32_matmul", .kind = Kind::Choice, .defaultValue = "ieee", .choices = "ieee tf32"},
    {.key = "precision.cast_forward_inputs", .kind = Kind::Boolean, .defaultValue = "true", .later = "false"},
    {.key = "activation_checkpointing",
     .kind = Kind::Choice,
     .defaultValue = "none",
     .choices = "none full modules every:K",
     .later = "selective budget:*"},
    {.key = "train.global_batch_size", .kind = Kind::Integer, .defaultValue = "null", .lowest = 1},
    {.key = "train.local_batch_size", .kind = Kind::Integer, .defaultValue = "null", .lowest = 1},
    {.key = "train.global_batch", .kind = Kind::Integer, .defaultValue = "8", .lowest = 1},
    {.key = "train.sequence_length", .kind = Kind::Integer, .defaultValue = "1024", .lowest = 1},
    {.key = "train.accumulation", .kind = Kind::Integer, .defaultValue = "1", .lowest = 1},
    {.key = "train.steps", .kind = Kind::Integer, .defaultValue = "100", .lowest = 1},
    {.key = "train.learning_rate", .kind = Kind::Number, .defaultValue = "3.0e-4"},
    {.key = "train.min_learning_rate", .kind = Kind::Number, .defaultValue = "null"},
    {.key = "train.warmup_steps", .kind = Kind::Integer, .defaultValue = "10"},
    {.key = "train.beta1", .kind = Kind::Number, .defaultValue = "0.9", .below = 1},
    {.key = "train.beta2", .kind = Kind::Number, .defaultValue = "0.95", .below = 1},
    {.key = "train.epsilon", .kind = Kind::Number, .defaultValue = "1.0e-8", .above = true},
    {.key = "train.weight_decay", .kind = Kind::Number, .defaultValue = "0.1"},
    {.key = "train.clip_norm", .kind = Kind::Number, .defaultValue = "1.0", .nullable = true, .above = true},
};

const SettingSpec *findSpec(StringRef key) {
  for (const SettingSpec &spec : specs)
    if (spec.key == key)
      return &spec;
  return nullptr;
}

std::optional<int64_t> asInteger(StringRef text) {
  int64_t value;
  return text.getAsInteger(10, value) ? std::nullopt : std::optional(value);
}

/// Returns true if `text` is one of some choices.
bool isOneOf(StringRef text, StringRef choices) {
  SmallVector<StringRef> names;
  choices.split(names, ' ', -1, /*KeepEmpty=*/false);
  return llvm::any_of(names, [&](StringRef name) {
    StringRef rest = text;
    if (name.consume_back("*"))
      return rest.consume_front(name) && !rest.empty();
    if (!name.ends_with(":K"))
      return text == name;
    std::optional<int64_t> number = rest.consume_front(name.drop_back()) ? asInteger(rest) : std::nullopt;
    return number && *number >= 1;
  });
}

std::optional<double> asNumber(StringRef text) {
  double value;
  bool spelling = !text.empty() && text.find_first_not_of("0123456789+-.eE") == StringRef::npos;
  return spelling && llvm::to_float(text, value) && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// Returns true if a value is understood and not built yet.
bool isLater(const SettingSpec &spec, const YamlValue &value) {
  if (value.kind == YamlValue::Kind::Sequence)
    return isOneOf("LIST", spec.later);
  StringRef bound = spec.later;
  if (!bound.consume_front(">"))
    return isOneOf(value.text, spec.later);
  std::optional<int64_t> number = value.plain() ? asInteger(*value.plain()) : std::nullopt;
  return number && *number > *asInteger(bound);
}

std::string bounds(const SettingSpec &spec) {
  std::string text = (spec.above ? " above " : " of at least ") + llvm::formatv("{0}", int64_t(spec.lowest)).str();
  if (std::isfinite(spec.below))
    text += llvm::formatv(" and below {0}", int64_t(spec.below)).str();
  return text;
}

/// Says what a key's value must be, or returns an empty string if the value is that.
std::string expectation(const SettingSpec &spec, const YamlValue &value) {
  std::optional<StringRef> plain = value.plain();
  switch (spec.kind) {
  case Kind::Integer: {
    std::optional<int64_t> number = plain ? asInteger(*plain) : std::nullopt;
    bool fits = number && *number >= spec.lowest && *number <= INT32_MAX;
    return fits ? "" : "an integer" + bounds(spec) + (number && *number > INT32_MAX ? " and at most 2147483647" : "");
  }
  case Kind::Number: {
    std::optional<double> number = plain ? asNumber(*plain) : std::nullopt;
    bool fits = number && (spec.above ? *number > spec.lowest : *number >= spec.lowest) && *number < spec.below;
    return fits ? "" : "a number" + bounds(spec);
  }
  case Kind::Boolean:
    return plain && (*plain == "true" || *plain == "false") ? "" : "true or false";
  case Kind::Choice: {
    SmallVector<StringRef> names;
    spec.choices.split(names, ' ');
    return value.kind == YamlValue::Kind::Scalar && isOneOf(value.text, spec.choices) ? "" : llvm::join(names, " or ");
  }
  case Kind::Text:
    return value.kind == YamlValue::Kind::Scalar && !value.text.empty() ? "" : "a name";
  }
  return "";
}

/// Returns the known key that a misspelt or misplaced one most likely means.
StringRef suggestKey(StringRef key) {
  SmallVector<StringRef> known, last;
  for (const SettingSpec &spec : specs) {
    known.push_back(spec.key);
    last.push_back(spec.key.rsplit('.').second);
  }
  if (StringRef nearest = nearestName(key, known); !nearest.empty() && key.contains('.'))
    return nearest;
  auto [section, name] = key.rsplit('.');
  StringRef nearest = nearestName(name.empty() ? section : name, last);
  for (const SettingSpec &spec : specs)
    if (!nearest.empty() && spec.key.rsplit('.').second == nearest)
      return spec.key;
  return nearestName(key, known);
}

} // namespace

ArrayRef<SettingSpec> settingSpecs() {
  return specs;
}

std::vector<Setting> defaultSettings(MLIRContext &context) {
  std::vector<Setting> settings;
  for (const SettingSpec &spec : specs)
    settings.push_back(
        {spec.key.str(), spec.defaultValue.str(), "default", UnknownLoc::get(&context), spec.defaultValue == "null"});
  return settings;
}

LogicalResult assign(std::vector<Setting> &settings, StringRef key, const YamlValue &value, StringRef origin) {
  const SettingSpec *spec = findSpec(key);
  if (!spec) {
    InFlightDiagnostic diagnostic = emitError(value.keyLocation) << "unknown key " << key;
    if (StringRef nearest = suggestKey(key); !nearest.empty())
      diagnostic << ", did you mean " << nearest << "?";
    return diagnostic;
  }
  Setting &setting = *llvm::find_if(settings, [&](const Setting &other) { return other.key == key; });
  setting.origin = origin.str();
  setting.location = value.location;
  if (value.kind == YamlValue::Kind::Null) {
    setting.isNull = spec->nullable || spec->defaultValue == "null";
    setting.value = setting.isNull ? "null" : spec->defaultValue.str();
    setting.isGiven = false;
    return success();
  }
  if (isLater(*spec, value))
    return emitError(value.location) << key << "=" << value.shown() << " is not supported yet";
  if (std::string expected = expectation(*spec, value); !expected.empty()) {
    InFlightDiagnostic diagnostic = emitError(value.location)
                                    << key << " must be " << expected << ", got " << value.shown();
    SmallVector<StringRef> names;
    spec->choices.split(names, ' ', -1, /*KeepEmpty=*/false);
    if (StringRef nearest = nearestName(value.text, names); !nearest.empty())
      diagnostic << ", did you mean " << nearest << "?";
    return diagnostic;
  }
  setting.isNull = false;
  setting.isGiven = true;
  setting.value = value.text;
  return success();
}

} // namespace shardc
