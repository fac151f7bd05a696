//===- WeightNames.h - Names of a checkpoint and names of a program -------------===//
#ifndef SHARDRT_LIB_FILES_WEIGHTNAMES_H
#define SHARDRT_LIB_FILES_WEIGHTNAMES_H

#include "program/Manifest.h"

#include <unordered_map>

namespace shardrt {

/// Says what a checkpoint's tensor is to a program.
class WeightNames {
public:
  explicit WeightNames(const Manifest &manifest);

  enum class Kind { Parameter, Alias, Buffer, Unknown };
  struct Match {
    Kind kind;
    std::vector<size_t> parameters; ///< indices in the manifest: one, but several for a tensor that holds them as parts
  };

  /// Looks `name` up as it stands, as a buffer that models store beside their parameters, and with the base model's
  /// prefix before it.
  Match find(const std::string &name) const;

private:
  std::unordered_map<std::string, Match> known;
  std::string prefix; ///< the first component of most names, with its dot
};

/// A tensor of a checkpoint and the parameters that it holds, by index: one, or several as parts.
struct CheckpointTensor {
  std::string name;
  std::vector<size_t> parameters;
};

/// Returns the tensors of a checkpoint with a program's own names: each once, ties left out.
std::vector<CheckpointTensor> listTensors(const Manifest &manifest);

/// Returns a sentence about the parameters that a checkpoint lacks and the tensors that nothing asks for.
std::string describeDifference(const std::vector<std::string> &missing, const std::vector<std::string> &leftOver);

} // namespace shardrt
#endif
