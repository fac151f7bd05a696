//===- Settings.cpp - What a recipe says, typed ------------------------------------------------===//

#include "shardc/Dialect/Dist/Settings.h"
#include "shardc/Support/NearestName.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

namespace {

using Kind = SettingSpec::Kind;

//=== ------------------------------------------------------------------------------------------===//
// Fields
//=== ------------------------------------------------------------------------------------------===//

/// The names of a closed set, in the order of its enumerators.
template <typename Choice> ArrayRef<StringRef> namesOf();

#define CHOICE(enumerator, name) name,
#define CHOICES(type, choices)                                                                                         \
  template <> ArrayRef<StringRef> namesOf<type>() {                                                                    \
    static constexpr StringRef names[] = {choices};                                                                    \
    return names;                                                                                                      \
  }
#include "shardc/Dialect/Dist/Settings.def"
#undef CHOICE

/// How a field of one type is read and shown.
template <typename T> struct Field {
  static constexpr Kind kind = Kind::Choice;
  static ArrayRef<StringRef> choices() { return namesOf<T>(); }
  static SettingValue show(T choice) { return nameOf(choice).str(); }
  static std::optional<T> read(const SettingValue &value) {
    auto *name = std::get_if<std::string>(&value);
    auto found = name ? llvm::find(namesOf<T>(), *name) : namesOf<T>().end();
    if (found == namesOf<T>().end())
      return std::nullopt;
    return static_cast<T>(found - namesOf<T>().begin());
  }
};

/// A field of a type that a value holds as it is.
template <typename T, Kind itsKind> struct PlainField {
  static constexpr Kind kind = itsKind;
  static ArrayRef<StringRef> choices() { return {}; }
  static SettingValue show(const T &value) { return value; }
  static std::optional<T> read(const SettingValue &value) {
    auto *held = std::get_if<T>(&value);
    return held ? std::optional(*held) : std::nullopt;
  }
};
template <> struct Field<int64_t> : PlainField<int64_t, Kind::Integer> {};
template <> struct Field<double> : PlainField<double, Kind::Number> {};
template <> struct Field<bool> : PlainField<bool, Kind::Boolean> {};
template <> struct Field<std::string> : PlainField<std::string, Kind::Text> {};

template <> struct Field<ActivationCheckpointing> {
  static constexpr Kind kind = Kind::Choice;
  static constexpr StringRef names[] = {"none", "full", "modules", "every:K"};
  static ArrayRef<StringRef> choices() { return names; }
  static SettingValue show(const ActivationCheckpointing &value) {
    if (value.kind == ActivationCheckpointing::Every)
      return "every:" + std::to_string(value.every);
    return names[value.kind].str();
  }
  static std::optional<ActivationCheckpointing> read(const SettingValue &value) {
    auto *text = std::get_if<std::string>(&value);
    if (!text)
      return std::nullopt;
    for (auto kind : {ActivationCheckpointing::None, ActivationCheckpointing::Full, ActivationCheckpointing::Modules})
      if (*text == names[kind])
        return ActivationCheckpointing{kind};
    StringRef number = *text;
    int64_t every = 0;
    if (!number.consume_front("every:") || number.getAsInteger(10, every) || every < 1)
      return std::nullopt;
    return ActivationCheckpointing{ActivationCheckpointing::Every, every};
  }
};

/// A field for which null is a value of its own.
template <typename T> struct Field<std::optional<T>> {
  static constexpr Kind kind = Field<T>::kind;
  static ArrayRef<StringRef> choices() { return Field<T>::choices(); }
  static SettingValue show(const std::optional<T> &value) { return value ? Field<T>::show(*value) : SettingValue(); }
  static std::optional<std::optional<T>> read(const SettingValue &value) {
    if (std::holds_alternative<std::monostate>(value))
      return std::optional<std::optional<T>>(std::in_place);
    std::optional<T> read = Field<T>::read(value);
    return read ? std::optional<std::optional<T>>(read) : std::nullopt;
  }
};

template <typename T> constexpr bool isOptional = false;
template <typename T> constexpr bool isOptional<std::optional<T>> = true;

//=== ------------------------------------------------------------------------------------------===//
// The table
//=== ------------------------------------------------------------------------------------------===//

SettingRange anyValue() {
  return {};
}
SettingRange atLeast(double lowest) {
  return {.lowest = lowest};
}
SettingRange above(double lowest) {
  return {.lowest = lowest, .isLowestExcluded = true};
}
SettingRange fromBelow(double lowest, double below) {
  return {.lowest = lowest, .below = below};
}

template <auto member, typename T>
SettingSpec makeSpec(SettingSpec::Scope scope, StringRef key, StringRef defaultText, SettingRange range,
                     StringRef later, StringRef help) {
  return {.key = key,
          .defaultText = defaultText,
          .later = later,
          .help = help,
          .scope = scope,
          .kind = Field<T>::kind,
          .isNullable = isOptional<T>,
          .range = range,
          .choices = Field<T>::choices(),
          .get = [](const Settings &settings) { return Field<T>::show(settings.*member); },
          .set =
              [](Settings &settings, const SettingValue &value) {
                std::optional<T> read = Field<T>::read(value);
                if (read)
                  settings.*member = *read;
                return read.has_value();
              }};
}

/// Returns true if a name is one of some choices. A choice may end in `:*`, which stands for any argument, or in `:K`,
/// a positive integer.
bool isOneOf(StringRef text, ArrayRef<StringRef> names) {
  return llvm::any_of(names, [&](StringRef name) {
    StringRef rest = text;
    if (name.consume_back("*"))
      return rest.consume_front(name) && !rest.empty();
    if (!name.ends_with(":K"))
      return text == name;
    int64_t number = 0;
    return rest.consume_front(name.drop_back()) && !rest.getAsInteger(10, number) && number >= 1;
  });
}

std::optional<double> readNumber(StringRef text) {
  double value;
  bool spelling = !text.empty() && text.find_first_not_of("0123456789+-.eE") == StringRef::npos;
  return spelling && llvm::to_float(text, value) && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool contains(const SettingRange &range, double value) {
  return (range.isLowestExcluded ? value > range.lowest : value >= range.lowest) && value < range.below;
}

std::string describe(const SettingRange &range) {
  std::string text =
      (range.isLowestExcluded ? " above " : " of at least ") + llvm::formatv("{0}", int64_t(range.lowest)).str();
  if (std::isfinite(range.below))
    text += llvm::formatv(" and below {0}", int64_t(range.below)).str();
  return text;
}

} // namespace

#define CHOICES(type, choices)                                                                                         \
  StringRef dist::nameOf(type choice) {                                                                                \
    return namesOf<type>()[static_cast<size_t>(choice)];                                                               \
  }
#include "shardc/Dialect/Dist/Settings.def"

ArrayRef<SettingSpec> dist::getSettingSpecs() {
  static const SettingSpec specs[] = {
#define SETTING(scope, reader, field, type, key, defaultText, range, later, help)                                      \
  makeSpec<&Settings::field, type>(SettingSpec::Scope::scope, key, defaultText, range, later, help),
#include "shardc/Dialect/Dist/Settings.def"
  };
  return specs;
}

const SettingSpec *dist::findSettingSpec(StringRef key) {
  ArrayRef<SettingSpec> specs = getSettingSpecs();
  auto found = llvm::find_if(specs, [&](const SettingSpec &spec) { return spec.key == key; });
  return found == specs.end() ? nullptr : found;
}

StringRef dist::suggestSettingKey(StringRef key) {
  SmallVector<StringRef> known, last;
  for (const SettingSpec &spec : getSettingSpecs()) {
    known.push_back(spec.key);
    last.push_back(spec.getName());
  }
  if (StringRef nearest = nearestName(key, known); !nearest.empty() && key.contains('.'))
    return nearest;
  auto [section, name] = key.rsplit('.');
  StringRef nearest = nearestName(name.empty() ? section : name, last);
  for (const SettingSpec &spec : getSettingSpecs())
    if (!nearest.empty() && spec.getName() == nearest)
      return spec.key;
  return nearestName(key, known);
}

//=== ------------------------------------------------------------------------------------------===//
// A row
//=== ------------------------------------------------------------------------------------------===//

StringRef SettingSpec::getName() const {
  return key.contains('.') ? key.rsplit('.').second : key;
}

std::string SettingSpec::getExpectation(StringRef text) const {
  switch (kind) {
  case Kind::Integer: {
    int64_t number = 0;
    bool isLarge = !text.getAsInteger(10, number) && number > INT32_MAX;
    return "an integer" + describe(range) + (isLarge ? " and at most 2147483647" : "");
  }
  case Kind::Number:
    return "a number" + describe(range);
  case Kind::Boolean:
    return "true or false";
  case Kind::Choice:
    return llvm::join(choices, " or ");
  case Kind::Text:
    return "a name";
  }
  return "";
}

bool SettingSpec::isLater(StringRef text) const {
  StringRef bound = later;
  int64_t number = 0, limit = 0;
  if (bound.consume_front(">"))
    return !text.getAsInteger(10, number) && !bound.getAsInteger(10, limit) && number > limit;
  SmallVector<StringRef> names;
  later.split(names, ' ', -1, /*KeepEmpty=*/false);
  return isOneOf(text, names);
}

std::optional<SettingValue> SettingSpec::read(StringRef text, bool isQuoted) const {
  switch (kind) {
  case Kind::Integer: {
    int64_t number = 0;
    bool fits = !isQuoted && !text.getAsInteger(10, number) && contains(range, number) && number <= INT32_MAX;
    return fits ? std::optional<SettingValue>(number) : std::nullopt;
  }
  case Kind::Number: {
    std::optional<double> number = isQuoted ? std::nullopt : readNumber(text);
    return number && contains(range, *number) ? std::optional<SettingValue>(*number) : std::nullopt;
  }
  case Kind::Boolean:
    return !isQuoted && (text == "true" || text == "false") ? std::optional<SettingValue>(text == "true")
                                                            : std::nullopt;
  case Kind::Choice:
    return isOneOf(text, choices) ? std::optional<SettingValue>(text.str()) : std::nullopt;
  case Kind::Text:
    return text.empty() ? std::nullopt : std::optional<SettingValue>(text.str());
  }
  return std::nullopt;
}

//=== ------------------------------------------------------------------------------------------===//
// Values
//=== ------------------------------------------------------------------------------------------===//

namespace {
struct Shown {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(int64_t number) const { return std::to_string(number); }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(const std::string &name) const { return name; }
  /// As few digits as give the number back.
  std::string operator()(double number) const {
    std::string text;
    double back = 0;
    for (int digits = 1; digits <= 17; ++digits) {
      text.clear();
      llvm::raw_string_ostream(text) << llvm::format("%.*g", digits, number);
      if (llvm::to_float(text, back) && back == number)
        break;
    }
    return text;
  }
};
} // namespace

std::string dist::toText(const SettingValue &value) {
  return std::visit(Shown(), value);
}

llvm::json::Value dist::toJson(const SettingValue &value) {
  return std::visit(
      [](const auto &held) -> llvm::json::Value {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>)
          return nullptr;
        else
          return held;
      },
      value);
}

std::string dist::assignSetting(Settings &settings, StringRef key, StringRef text) {
  const SettingSpec *spec = findSettingSpec(key);
  if (!spec) {
    StringRef nearest = suggestSettingKey(key);
    return ("unknown key " + key + (nearest.empty() ? "" : ", did you mean ") + nearest + (nearest.empty() ? "" : "?"))
        .str();
  }
  if (text == "null") {
    spec->set(settings, spec->get(Settings()));
    if (spec->isNullable)
      spec->set(settings, SettingValue());
    return "";
  }
  if (spec->isLater(text))
    return (key + "=" + text + " is not supported yet").str();
  std::optional<SettingValue> value = spec->read(text, /*isQuoted=*/false);
  if (!value || !spec->set(settings, *value))
    return (key + " must be " + spec->getExpectation(text) + ", got " + text).str();
  return "";
}

Settings::Settings() {
  for (const SettingSpec &spec : getSettingSpecs())
    if (spec.defaultText != "null")
      spec.set(*this, *spec.read(spec.defaultText, /*isQuoted=*/false));
}

/// A tenth is taken of the decimal number that was written: of 1e-5 it is 1e-6, and not the double below.
double Settings::getMinLearningRate() const {
  if (minLearningRate)
    return *minLearningRate;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.15g", learningRate / 10);
  double tenth = 0;
  llvm::to_float(text, tenth);
  return tenth;
}

void Settings::fillIn() {
  dpSize = getDataRanks();
  reduceDtype = getReduceDtype();
  minLearningRate = getMinLearningRate();
}

Settings Settings::openUp() const {
  Settings filled = *this, open = *this;
  filled.fillIn();
  for (const SettingSpec &spec : getSettingSpecs()) {
    Settings opened = open;
    spec.set(opened, spec.get(Settings()));
    Settings again = opened;
    again.fillIn();
    if (again == filled)
      open = opened;
  }
  return open;
}

llvm::hash_code dist::hash_value(const Settings &settings) {
  llvm::hash_code code = 0;
  for (const SettingSpec &spec : getSettingSpecs())
    code = llvm::hash_combine(code, toText(spec.get(settings)));
  return code;
}
