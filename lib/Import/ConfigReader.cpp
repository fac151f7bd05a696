//===- ConfigReader.cpp - The keys of a config.json, each asked for by name --------------------===//

#include "ConfigReader.h"
#include "shardc/Support/NearestName.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;

namespace shardc {
namespace {

std::string printed(const llvm::json::Value &value) {
  if (value.kind() == llvm::json::Value::Number)
    return printedNumber(*value.getAsNumber());
  std::string text;
  llvm::raw_string_ostream(text) << value;
  return text.size() <= 60 ? text : text.substr(0, 57) + "...";
}

} // namespace

std::string printedNumber(double number) {
  std::string text;
  if (std::abs(number) < 1e15 && number == std::floor(number))
    return std::to_string(int64_t(number));
  for (int digits = 1; digits <= 17; ++digits) {
    text.clear();
    llvm::raw_string_ostream(text) << llvm::format("%.*g", digits, number);
    double back;
    if (llvm::to_float(text, back) && back == number)
      break;
  }
  return text;
}

bool ConfigReader::has(StringRef key) const {
  const llvm::json::Value *value = object.get(key);
  return value && value->kind() != llvm::json::Value::Null;
}

bool ConfigReader::isNull(StringRef key) const {
  const llvm::json::Value *value = object.get(key);
  return value && value->kind() == llvm::json::Value::Null;
}

const llvm::json::Value *ConfigReader::take(StringRef key) {
  taken.insert(key);
  return has(key) ? object.get(key) : nullptr;
}

InFlightDiagnostic ConfigReader::error(StringRef key) {
  ++*failures;
  // A key without a place of its own is at that of the object around it.
  std::string path = prefix + key.str();
  for (StringRef around = path; !around.empty(); around = around.rsplit('.').first) {
    if (auto it = locations.find(around); it != locations.end())
      return emitError(it->second);
    if (!around.contains('.'))
      break;
  }
  return emitError(UnknownLoc::get(&context));
}

/// Keys of training, of the start from a seed, and of lengths that tensors or other keys say. Two folders may differ in
/// them and have one model.
static bool isBesideMathematics(StringRef key) {
  constexpr StringRef keys[] = {"architectures", "attention_dropout",       "attn_pdrop",
                                "embd_pdrop",    "initializer_range",       "max_position_embeddings",
                                "n_positions",   "reorder_and_upcast_attn", "resid_pdrop"};
  return llvm::is_contained(keys, key);
}

void ConfigReader::note(ConfigKey key) {
  key.name = prefix + key.name;
  auto known = llvm::find_if(*keys, [&](const ConfigKey &other) { return other.name == key.name; });
  if (known == keys->end())
    keys->push_back(std::move(key));
  else
    *known = std::move(key);
}

void ConfigReader::forget(StringRef key) {
  llvm::erase_if(*keys, [&](const ConfigKey &other) { return other.name == prefix + key.str(); });
}

void ConfigReader::noteRead(StringRef key, llvm::json::Value value, std::optional<llvm::json::Value> absent) {
  if (!isBesideMathematics(key))
    note({key.str(), std::move(value), std::move(absent)});
}

void ConfigReader::reportKind(StringRef key, const llvm::json::Value &value, StringRef expected) {
  error(key) << prefix << key << " must be " << expected << ", got " << printed(value);
}

int64_t ConfigReader::integer(StringRef key, int64_t least, std::optional<int64_t> defaultValue) {
  const llvm::json::Value *value = take(key);
  std::optional<llvm::json::Value> absent =
      defaultValue ? std::optional<llvm::json::Value>(*defaultValue) : std::nullopt;
  if (!value) {
    if (!defaultValue)
      error(key) << prefix << key << " is missing";
    noteRead(key, defaultValue.value_or(1), absent);
    return defaultValue.value_or(1);
  }
  std::optional<int64_t> number = value->getAsInteger();
  if (number && *number >= least && *number <= INT32_MAX) {
    noteRead(key, *number, absent);
    return *number;
  }
  reportKind(key, *value, "an integer from " + std::to_string(least) + " to 2147483647");
  return defaultValue.value_or(1);
}

int64_t ConfigReader::size(StringRef key, std::optional<int64_t> defaultValue) {
  return integer(key, 1, defaultValue);
}

int64_t ConfigReader::integer(StringRef key) {
  return integer(key, INT32_MIN, std::nullopt);
}

int64_t ConfigReader::count(StringRef key, int64_t defaultValue) {
  return integer(key, 0, defaultValue);
}

double ConfigReader::positive(StringRef key, std::optional<double> defaultValue) {
  const llvm::json::Value *value = take(key);
  std::optional<llvm::json::Value> absent =
      defaultValue ? std::optional<llvm::json::Value>(*defaultValue) : std::nullopt;
  if (!value) {
    if (!defaultValue)
      error(key) << prefix << key << " is missing";
    noteRead(key, defaultValue.value_or(1), absent);
    return defaultValue.value_or(1);
  }
  std::optional<double> number = value->getAsNumber();
  if (number && *number > 0 && std::isfinite(*number)) {
    noteRead(key, *number, absent);
    return *number;
  }
  reportKind(key, *value, "a number above 0");
  return defaultValue.value_or(1);
}

bool ConfigReader::boolean(StringRef key, bool defaultValue) {
  const llvm::json::Value *value = take(key);
  std::optional<bool> known = value ? value->getAsBoolean() : defaultValue;
  if (known) {
    noteRead(key, *known, defaultValue);
    return *known;
  }
  reportKind(key, *value, "true or false");
  return defaultValue;
}

std::string ConfigReader::string(StringRef key, StringRef defaultValue) {
  const llvm::json::Value *value = take(key);
  std::optional<StringRef> known = value ? value->getAsString() : defaultValue;
  if (known) {
    std::optional<llvm::json::Value> absent =
        defaultValue.empty() ? std::nullopt : std::optional<llvm::json::Value>(defaultValue.str());
    noteRead(key, known->str(), absent);
    return known->str();
  }
  reportKind(key, *value, "a string");
  return defaultValue.str();
}

std::vector<std::string> ConfigReader::strings(StringRef key) {
  std::vector<std::string> result;
  const llvm::json::Value *value = take(key);
  if (!value)
    return result;
  const llvm::json::Array *array = value->getAsArray();
  if (!array ||
      !llvm::all_of(*array, [](const llvm::json::Value &element) { return element.getAsString().has_value(); })) {
    reportKind(key, *value, "a list of strings");
    return result;
  }
  for (const llvm::json::Value &element : *array)
    result.push_back(element.getAsString()->str());
  return result;
}

std::vector<double> ConfigReader::positives(StringRef key) {
  std::vector<double> result;
  const llvm::json::Value *value = take(key);
  if (!value) {
    error(key) << prefix << key << " is missing";
    return result;
  }
  auto isPositive = [](const llvm::json::Value &element) {
    std::optional<double> number = element.getAsNumber();
    return number && *number > 0 && std::isfinite(*number);
  };
  const llvm::json::Array *array = value->getAsArray();
  if (!array || !llvm::all_of(*array, isPositive)) {
    reportKind(key, *value, "a list of numbers above 0");
    return result;
  }
  for (const llvm::json::Value &element : *array)
    result.push_back(*element.getAsNumber());
  noteRead(key, llvm::json::Array(result), std::nullopt);
  return result;
}

std::optional<ConfigReader> ConfigReader::nested(StringRef key) {
  const llvm::json::Value *value = take(key);
  if (!value)
    return std::nullopt;
  if (const llvm::json::Object *inner = value->getAsObject())
    return ConfigReader(*inner, *this, prefix + key.str() + ".");
  reportKind(key, *value, "an object or null");
  return std::nullopt;
}

void ConfigReader::refuse(StringRef key) {
  if (boolean(key, false))
    error(key) << prefix << key << "=true is not supported yet";
}

void ConfigReader::requireNull(StringRef key) {
  noteRead(key, nullptr, llvm::json::Value(nullptr));
  if (const llvm::json::Value *value = take(key))
    error(key) << prefix << key << "=" << printed(*value) << " is not supported yet, try --set model." << prefix << key
               << "=null";
}

void ConfigReader::requireEmpty(StringRef key) {
  const llvm::json::Value *value = take(key);
  if (!value)
    return;
  const llvm::json::Object *object = value->getAsObject();
  const llvm::json::Array *array = value->getAsArray();
  if (!(object && object->empty()) && !(array && array->empty()))
    error(key) << prefix << key << "=" << printed(*value) << " is not supported yet, try --set model." << prefix << key
               << "=null";
}

void ConfigReader::requireNumber(StringRef key, double only, std::optional<double> defaultValue) {
  const llvm::json::Value *value = take(key);
  noteRead(key, only, llvm::json::Value(defaultValue.value_or(only)));
  if (!value && defaultValue.value_or(only) == only)
    return;
  std::optional<double> number = value ? value->getAsNumber() : defaultValue;
  if (!number)
    return reportKind(key, *value, "a number");
  if (*number != only)
    error(key) << prefix << key << "=" << printedNumber(*number) << (value ? "" : " (the default)")
               << " is not supported yet, try --set model." << prefix << key << "=" << printedNumber(only);
}

void ConfigReader::ignore(ArrayRef<StringRef> keys) {
  for (StringRef key : keys)
    taken.insert(key);
}

void ConfigReader::refuseTheRest() {
  SmallVector<StringRef> known;
  for (const auto &entry : taken)
    known.push_back(entry.getKey());
  llvm::sort(known);
  SmallVector<StringRef> rest;
  for (const auto &[key, value] : object)
    if (!taken.contains(key) && value.kind() != llvm::json::Value::Null) // a null is as good as absent
      rest.push_back(key);
  llvm::sort(rest);
  for (StringRef key : rest) {
    InFlightDiagnostic diagnostic = error(key);
    diagnostic << prefix << key << "=" << printed(*object.get(key)) << " is not known here";
    if (StringRef nearest = nearestName(key, known); !nearest.empty())
      diagnostic << ", did you mean " << nearest << "?";
  }
}

} // namespace shardc
