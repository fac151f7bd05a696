//===- Rope.cpp - Settings of rotary embeddings ----------------------------------------------------------------------------===//

#include "Rope.h"
#include <algorithm>
#include <cmath>
#include <numbers>

using namespace mlir;

namespace shardc {

std::optional<Llama3Scaling> readRopeScaling(ConfigReader &rope, StringRef key, ConfigReader &config) {
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

Rope readRope(ConfigReader &config, double defaultTheta) {
  Rope rope{config.positive("rope_theta", defaultTheta), std::nullopt};
  std::optional<ConfigReader> parameters = config.nested("rope_parameters"), scaling = config.nested("rope_scaling");
  if (parameters && scaling) {
    config.error("rope_parameters") << "rope_parameters and rope_scaling are two spellings of one setting, give one";
    return rope;
  }
  if (parameters) {
    double theta = parameters->positive("rope_theta", rope.theta);
    if (config.has("rope_theta") && theta != rope.theta)
      config.error("rope_theta") << "rope_theta is " << printedNumber(rope.theta) << " here and " << printedNumber(theta)
                                 << " in rope_parameters, give one";
    rope.theta = theta;
    rope.scaling = readRopeScaling(*parameters, "rope_parameters", config);
  }
  if (scaling)
    rope.scaling = readRopeScaling(*scaling, "rope_scaling", config);
  return rope;
}

std::vector<double> frequencies(const Rope &rope, int64_t headSize) {
  std::vector<double> result;
  for (int64_t i = 0; i < headSize; i += 2) {
    double frequency = 1.0 / std::pow(rope.theta, double(i) / double(headSize));
    if (const std::optional<Llama3Scaling> &scaling = rope.scaling) {
      double turns = scaling->originalLength * frequency / (2 * std::numbers::pi);
      double ramp = std::clamp((turns - scaling->lowFactor) / (scaling->highFactor - scaling->lowFactor), 0.0, 1.0);
      frequency *= (1 - ramp) / scaling->factor + ramp;
    }
    result.push_back(frequency);
  }
  return result;
}

} // namespace shardc
