//===- Save.h - Writing the parameters as a Hugging Face model folder -------------===//
#ifndef SHARDRT_LIB_JOB_SAVE_H
#define SHARDRT_LIB_JOB_SAVE_H

#include "files/ModelFiles.h"
#include "files/SafetensorsWriter.h"
#include "files/WeightNames.h"
#include "files/Weights.h"
#include "job/Gather.h"

namespace shardrt {

struct SaveOptions {
  std::string folder;
  int64_t fileLimit = SafetensorsLayout::defaultLimit; ///< bytes of data in one file
};

/// What a job saves at its end: the weights in float32, under the names that they came with or, for those from a seed,
/// the model's own without ties; config.json; of the folder that the weights came from, what belongs to tokenizer and
/// generation.
class Save {
public:
  /// `weights` is null where parameters come from a seed; `program` is the path of the program file. Throws Error
  /// (BadInput) where the program's config.json is malformed, or parts do not make up a tensor.
  Save(SaveOptions options, const std::string &program, const Manifest &manifest, const Weights *weights);

  /// Throws Error (Disk) where saving cannot work; called once, on rank 0's machine, before the first step.
  void check() const;

  /// Saves: all ranks call it together, rank 0 writes. The folder appears complete or not at all. Returns false where a
  /// peer is lost; throws Error (Disk).
  bool run(shardrt_rank &rank, Gather &gather) const;

  /// Returns a text such as `29 tensors, 1.2 MiB, to out`.
  std::string describe() const;

private:
  const SaveOptions options;
  const Manifest &manifest;
  std::string config;                    ///< empty: none
  std::string source;                    ///< the folder of companions
  std::vector<Companion> companions;     ///< files to copy
  std::vector<CheckpointTensor> tensors; ///< in the layout's order
  SafetensorsLayout layout;

  int64_t bytes() const;
  bool gatherTensors(Gather &gather, SafetensorsWriter *writer) const;
  bool writeFiles(Gather &gather, const std::string &folder) const;
};

} // namespace shardrt
#endif
