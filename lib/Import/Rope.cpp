//===- Rope.cpp - Settings of rotary embeddings ------------------------------------------------===//

#include "Rope.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <numbers>

using namespace mlir;

namespace shardc {
namespace {

//=== ------------------------------------------------------------------------------------------===//
// Reading
//=== ------------------------------------------------------------------------------------------===//

/// Reads the settings of one rope_type from the object at `key`.
class ScalingReader {
public:
  ScalingReader(ConfigReader &rope, StringRef key, ConfigReader &config, int64_t headSize)
      : rope(rope), key(key), config(config), headSize(headSize) {}

  RopeScaling linear() { return LinearScaling{rope.positive("factor")}; }

  RopeScaling dynamic() {
    rope.ignore({"original_max_position_embeddings"});
    return DynamicScaling{rope.positive("factor"), double(readLength(/*hasEffect=*/true))};
  }

  RopeScaling llama3() {
    int64_t length = readLength(!rope.has("original_max_position_embeddings"), 2048);
    Llama3Scaling scaling{rope.positive("factor"), rope.positive("low_freq_factor"), rope.positive("high_freq_factor"),
                          double(rope.size("original_max_position_embeddings", length))};
    if (!config.failed() && scaling.highFactor <= scaling.lowFactor)
      rope.error("high_freq_factor") << key << ".high_freq_factor must be above low_freq_factor, got "
                                     << printedNumber(scaling.highFactor) << " and "
                                     << printedNumber(scaling.lowFactor);
    return scaling;
  }

  RopeScaling yarn() {
    double original = originalLength();
    double factor = rope.positive("factor", double(readLength(!rope.has("factor"))) / original);
    YarnScaling scaling{factor,   rope.positive("beta_fast", 32), rope.positive("beta_slow", 1),
                        original, readYarnAttention(factor),      rope.boolean("truncate", true)};
    if (!config.failed() && scaling.fast <= scaling.slow)
      rope.error("beta_fast") << key << ".beta_fast must be above beta_slow, got " << printedNumber(scaling.fast)
                              << " and " << printedNumber(scaling.slow);
    return scaling;
  }

  RopeScaling longRope() {
    double original = originalLength();
    double factor = rope.positive("factor", double(readLength(!rope.has("factor"))) / original);
    double attention = factor <= 1 ? 1 : std::sqrt(1 + std::log(factor) / std::log(original));
    return LongRopeScaling{divisors("short_factor"), divisors("long_factor"), original,
                           rope.positive("attention_factor", attention)};
  }

private:
  /// Figures depend on the model's length where it stands for what the object does not say.
  int64_t readLength(bool hasEffect, std::optional<int64_t> defaultValue = std::nullopt) {
    int64_t length = config.size("max_position_embeddings", defaultValue);
    if (hasEffect)
      config.note({"max_position_embeddings", length,
                   defaultValue ? std::optional<llvm::json::Value>(*defaultValue) : std::nullopt});
    return length;
  }

  /// The length may stand beside the object, as Phi 3 has it, which then counts.
  double originalLength() {
    bool hasOwn = rope.has("original_max_position_embeddings") || config.has("original_max_position_embeddings");
    int64_t length = rope.size("original_max_position_embeddings", readLength(!hasOwn));
    int64_t original = config.size("original_max_position_embeddings", length);
    if (original < 2)
      config.error("original_max_position_embeddings")
          << "original_max_position_embeddings must be at least 2, got " << original;
    return double(std::max<int64_t>(2, original));
  }

  double readYarnAttention(double factor) {
    auto magnitude = [&](double weight) { return factor <= 1 ? 1 : 0.1 * weight * std::log(factor) + 1; };
    bool both = rope.has("mscale") && rope.has("mscale_all_dim");
    double weight = rope.positive("mscale", 1), weightOfAll = rope.positive("mscale_all_dim", 1);
    return rope.positive("attention_factor", both ? magnitude(weight) / magnitude(weightOfAll) : magnitude(1));
  }

  std::vector<double> divisors(StringRef name) {
    std::vector<double> values = rope.positives(name);
    size_t pairs = size_t(headSize + 1) / 2;
    if (values.size() != pairs && !config.failed())
      rope.error(name) << key << "." << name << " must have " << pairs
                       << " numbers, one for each pair of a head's components, got " << values.size();
    values.resize(pairs, 1);
    return values;
  }

  ConfigReader &rope;
  StringRef key;
  ConfigReader &config;
  int64_t headSize;
};

constexpr StringRef knownTypes = "default, linear, dynamic, llama3, yarn, longrope";

} // namespace

RopeScaling readRopeScaling(ConfigReader &rope, StringRef key, ConfigReader &config, int64_t headSize) {
  StringRef typeKey = rope.has("rope_type") || !rope.has("type") ? "rope_type" : "type";
  std::string type = rope.string(typeKey, "default");
  if (typeKey == "rope_type")
    rope.ignore({"type"}); // Both stand in folders that were written for old and new releases.
  ScalingReader reader(rope, key, config, headSize);
  RopeScaling scaling;
  if (type == "linear")
    scaling = reader.linear();
  else if (type == "dynamic")
    scaling = reader.dynamic();
  else if (type == "llama3")
    scaling = reader.llama3();
  else if (type == "yarn")
    scaling = reader.yarn();
  else if (type == "longrope" || type == "su") // its first name
    scaling = reader.longRope();
  else if (type != "default") {
    rope.error(typeKey) << key << "." << typeKey << "=" << type << " is not supported yet; supported: " << knownTypes;
    return scaling;
  }
  rope.refuseTheRest();
  return scaling;
}

Rope readRope(ConfigReader &config, double defaultTheta, int64_t headSize) {
  Rope rope{config.positive("rope_theta", defaultTheta), {}};
  std::optional<ConfigReader> parameters = config.nested("rope_parameters"), scaling = config.nested("rope_scaling");
  if (parameters && scaling) {
    config.error("rope_parameters") << "rope_parameters and rope_scaling are two spellings of one setting, give one";
    return rope;
  }
  if (parameters) {
    double theta = parameters->positive("rope_theta", rope.theta);
    if (config.has("rope_theta") && theta != rope.theta)
      config.error("rope_theta") << "rope_theta is " << printedNumber(rope.theta) << " here and "
                                 << printedNumber(theta) << " in rope_parameters, give one";
    rope.theta = theta;
    rope.scaling = readRopeScaling(*parameters, "rope_parameters", config, headSize);
  }
  if (scaling)
    rope.scaling = readRopeScaling(*scaling, "rope_scaling", config, headSize);
  if (!parameters && !scaling)
    config.note({"rope_scaling.rope_type", "default", llvm::json::Value("default")});
  return rope;
}

//=== ------------------------------------------------------------------------------------------===//
// Frequencies
//=== ------------------------------------------------------------------------------------------===//

namespace {

/// Applies a scaling to the frequencies of one table; formulas as in transformers' modeling_rope_utils.py.
struct FrequencyScaler {
  double theta;
  int64_t headSize, sequence;
  std::vector<double> frequencies;

  void operator()(std::monostate) {}

  void operator()(const LinearScaling &scaling) {
    for (double &frequency : frequencies)
      frequency /= scaling.factor;
  }

  void operator()(const DynamicScaling &scaling) {
    double length = std::max(double(sequence), scaling.length), size = double(headSize);
    double stretch = scaling.factor * length / scaling.length - (scaling.factor - 1);
    double base = theta * std::pow(stretch, size / (size - 2));
    for (auto [i, frequency] : llvm::enumerate(frequencies))
      frequency = 1 / std::pow(base, 2 * double(i) / size);
  }

  void operator()(const Llama3Scaling &scaling) {
    for (double &frequency : frequencies) {
      double turns = scaling.originalLength * frequency / (2 * std::numbers::pi);
      double ramp = std::clamp((turns - scaling.lowFactor) / (scaling.highFactor - scaling.lowFactor), 0.0, 1.0);
      frequency *= (1 - ramp) / scaling.factor + ramp;
    }
  }

  void operator()(const YarnScaling &scaling) {
    // The index, as a real number, of the frequency that makes so many turns in the original length.
    auto indexOf = [&](double turns) {
      return double(headSize) * std::log(scaling.originalLength / (turns * 2 * std::numbers::pi)) /
             (2 * std::log(theta));
    };
    double low = indexOf(scaling.fast), high = indexOf(scaling.slow);
    if (scaling.truncates) {
      low = std::floor(low);
      high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, double(headSize - 1));
    if (low == high)
      high += 0.001;
    for (auto [i, frequency] : llvm::enumerate(frequencies)) {
      double ramp = std::clamp((double(i) - low) / (high - low), 0.0, 1.0);
      frequency *= ramp / scaling.factor + (1 - ramp);
    }
  }

  void operator()(const LongRopeScaling &scaling) {
    bool isLong = double(sequence) > scaling.originalLength;
    for (auto [frequency, divisor] : llvm::zip(frequencies, isLong ? scaling.longFactors : scaling.shortFactors))
      frequency /= divisor;
  }
};

} // namespace

std::vector<double> frequencies(const Rope &rope, int64_t headSize, int64_t sequence) {
  FrequencyScaler scaler{rope.theta, headSize, sequence, {}};
  for (int64_t i = 0; i < headSize; i += 2)
    scaler.frequencies.push_back(1.0 / std::pow(rope.theta, double(i) / double(headSize)));
  std::visit(scaler, rope.scaling);
  return scaler.frequencies;
}

double attentionFactor(const Rope &rope) {
  if (auto *yarn = std::get_if<YarnScaling>(&rope.scaling))
    return yarn->attentionFactor;
  if (auto *longRope = std::get_if<LongRopeScaling>(&rope.scaling))
    return longRope->attentionFactor;
  return 1;
}

} // namespace shardc
