//===- Rope.h - Settings of rotary embeddings ------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_ROPE_H
#define SHARDC_LIB_IMPORT_ROPE_H

#include "ConfigReader.h"

namespace shardc {

/// rope_type llama3: slow frequencies are divided by factor, fast ones kept, with a ramp between.
struct Llama3Scaling {
  double factor, lowFactor, highFactor, originalLength;
};

/// One table of rotary embeddings.
struct Rope {
  double theta;
  std::optional<Llama3Scaling> scaling;
};

/// Reads rope_theta with rope_scaling, or rope_parameters; either spelling is understood.
Rope readRope(ConfigReader &config, double defaultTheta);
/// Reads rope_type and what goes with it from the object at `key`.
std::optional<Llama3Scaling> readRopeScaling(ConfigReader &rope, llvm::StringRef key, ConfigReader &config);

/// Returns the frequencies of a head's halves, in float64.
std::vector<double> frequencies(const Rope &rope, int64_t headSize);

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_ROPE_H
