//===- Rope.h - Settings of rotary embeddings --------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_ROPE_H
#define SHARDC_LIB_IMPORT_ROPE_H

#include "ConfigReader.h"
#include <variant>

namespace shardc {

// What is done to frequencies for contexts longer than those a model was first trained on, by Hugging Face's rope_type.
// Lengths are numbers of positions.

/// linear: all frequencies are divided by factor.
struct LinearScaling {
  double factor;
};
/// dynamic: the base grows with the sequence beyond `length`.
struct DynamicScaling {
  double factor, length;
};
/// llama3: slow frequencies are divided by factor, fast ones kept, with a ramp between, over turns in the original
/// length.
struct Llama3Scaling {
  double factor, lowFactor, highFactor, originalLength;
};
/// yarn: the same with a ramp over the frequencies' indices, from those that make `fast` turns in the original length
/// to those that make `slow`, in whole indices if `truncates`.
struct YarnScaling {
  double factor, fast, slow, originalLength, attentionFactor;
  bool truncates;
};
/// longrope: each frequency is divided by a number of its own; there are other ones for sequences beyond the original
/// length.
struct LongRopeScaling {
  std::vector<double> shortFactors, longFactors;
  double originalLength, attentionFactor;
};

using RopeScaling =
    std::variant<std::monostate, LinearScaling, DynamicScaling, Llama3Scaling, YarnScaling, LongRopeScaling>;

/// One table of rotary embeddings.
struct Rope {
  double theta;
  RopeScaling scaling;
};

/// Reads rope_theta with rope_scaling, or rope_parameters; either spelling is understood.
Rope readRope(ConfigReader &config, double defaultTheta, int64_t headSize);
/// Reads rope_type and what goes with it from the object at `key`.
RopeScaling readRopeScaling(ConfigReader &rope, llvm::StringRef key, ConfigReader &config, int64_t headSize);

/// Returns the frequencies of a head's halves for sequences of this length, in float64.
std::vector<double> frequencies(const Rope &rope, int64_t headSize, int64_t sequence);
/// Returns what cosines and sines are multiplied by: attention's scores take it twice.
double attentionFactor(const Rope &rope);

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_ROPE_H
