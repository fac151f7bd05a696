//===- SettingsAttr.cpp - The settings that a module carries -----------------------------------===//

#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

namespace {

constexpr StringRef attributeName = "dist.settings";

bool isCarried(const SettingSpec &spec) {
  return spec.scope == SettingSpec::Scope::Module;
}

/// Returns true if a key has the value that it would have if nothing were said of it.
bool isImplied(const SettingSpec &spec, const Settings &settings) {
  Settings other = settings;
  spec.set(other, spec.get(Settings()));
  other.fillIn();
  return spec.get(other) == spec.get(settings);
}

struct ValuePrinter {
  AsmPrinter &p;

  void operator()(std::monostate) { p << "null"; }
  void operator()(int64_t number) { p << number; }
  void operator()(double number) { p.printFloat(APFloat(number)); }
  void operator()(bool flag) { p << (flag ? "true" : "false"); }
  void operator()(const std::string &name) { p.printKeywordOrString(name); }
};

/// Parses a value of a key as a recipe spells it.
ParseResult parseValue(AsmParser &parser, const SettingSpec &spec, std::string &text) {
  if (spec.kind == SettingSpec::Kind::Integer || spec.kind == SettingSpec::Kind::Number) {
    int64_t integer = 0;
    double number = 0;
    if (succeeded(parser.parseOptionalKeyword("null")))
      text = "null";
    else if (spec.kind == SettingSpec::Kind::Number && succeeded(parser.parseFloat(number)))
      text = toText(number);
    else if (spec.kind == SettingSpec::Kind::Integer && succeeded(parser.parseInteger(integer)))
      text = toText(integer);
    else
      return failure();
    return success();
  }
  return parser.parseKeywordOrString(&text);
}

} // namespace

void SettingsAttr::print(AsmPrinter &p) const {
  p << "<";
  bool isFirst = true;
  for (const SettingSpec &spec : getSettingSpecs()) {
    if (!isCarried(spec) || isImplied(spec, getSettings()))
      continue;
    p << (isFirst ? "" : ", ") << spec.key << " = ";
    std::visit(ValuePrinter{p}, spec.get(getSettings()));
    isFirst = false;
  }
  p << ">";
}

Attribute SettingsAttr::parse(AsmParser &parser, Type) {
  Settings settings;
  SMLoc start = parser.getCurrentLocation();
  auto parseSetting = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef key;
    std::string text;
    if (parser.parseKeyword(&key) || parser.parseEqual())
      return failure();
    const SettingSpec *spec = findSettingSpec(key);
    if (!spec || !isCarried(*spec))
      return parser.emitError(loc) << key << " is no setting that a module carries";
    if (parseValue(parser, *spec, text))
      return failure();
    std::string problem = assignSetting(settings, key, text);
    return problem.empty() ? ParseResult(success()) : parser.emitError(loc) << problem;
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::LessGreater, parseSetting))
    return {};
  settings.fillIn();
  return parser.getChecked<SettingsAttr>(start, parser.getContext(), settings);
}

LogicalResult SettingsAttr::verify(function_ref<InFlightDiagnostic()> emitError, Settings settings) {
  int64_t dp = settings.getDataRanks(), world = 0; // C1
  if (dp % settings.dpReplicateSize)
    return emitError() << "distributed.dp_size must be a multiple of distributed.dp_replicate_size ("
                       << settings.dpReplicateSize << "), got " << dp;
  if (llvm::MulOverflow(dp, settings.tpSize, world) || llvm::MulOverflow(world, settings.cpSize, world) ||
      world > INT32_MAX)
    return emitError() << "dp_size x tp_size x cp_size (" << dp << " x " << settings.tpSize << " x " << settings.cpSize
                       << ") must be at most 2147483647 ranks";
  FloatKind reduce = settings.getReduceDtype(); // C2
  if (reduce != settings.getStoredDtype() && reduce != settings.paramDtype)
    return emitError() << "precision.reduce_dtype must be " << nameOf(settings.getStoredDtype())
                       << " where precision.param_dtype is " << nameOf(settings.paramDtype) << ", got "
                       << nameOf(reduce);
  if (settings.float32Matmul == MatmulPrecision::TF32 && settings.paramDtype != FloatKind::Float32) // C3
    return emitError() << "precision.float32_matmul must be ieee where precision.param_dtype is "
                       << nameOf(settings.paramDtype) << ", got tf32";
  if (settings.getMinLearningRate() > settings.learningRate) // C4
    return emitError() << "train.min_learning_rate must be at most train.learning_rate ("
                       << toText(settings.learningRate) << "), got " << toText(settings.getMinLearningRate());
  return success();
}

SettingsAttr dist::getSettingsAttr(ModuleOp module) {
  return module->getAttrOfType<SettingsAttr>(attributeName);
}

Settings dist::getSettings(ModuleOp module) {
  if (SettingsAttr attr = getSettingsAttr(module))
    return attr.getSettings();
  Settings defaults;
  defaults.fillIn();
  return defaults;
}

LogicalResult dist::setSettings(ModuleOp module, const Settings &settings) {
  Settings carried;
  for (const SettingSpec &spec : getSettingSpecs())
    if (isCarried(spec))
      spec.set(carried, spec.get(settings));
  carried.fillIn();
  module.getContext()->loadDialect<DistDialect>();
  auto attr = SettingsAttr::getChecked([&] { return module.emitError(); }, module.getContext(), carried);
  if (attr)
    module->setAttr(attributeName, attr);
  return success(attr != nullptr);
}
