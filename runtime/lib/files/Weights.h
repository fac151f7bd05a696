//===- Weights.h - A folder of Hugging Face weights -----------------------------===//
#ifndef SHARDRT_LIB_FILES_WEIGHTS_H
#define SHARDRT_LIB_FILES_WEIGHTS_H

#include "files/Safetensors.h"
#include "files/WeightNames.h"
#include "program/Device.h"
#include "program/Manifest.h"
#include "program/Progress.h"

#include <memory>

namespace shardrt {

/// A weights folder whose tensors have been matched with a program's parameters: one source each, and nothing left
/// over.
class Weights {
public:
  /// Opens model.safetensors or the files of model.safetensors.index.json. Accepts names without the base model's
  /// prefix, buffers that are no parameters, and tied names. Throws Error (BadInput).
  Weights(const std::string &folder, const Manifest &manifest);

  /// Reads `rank`'s shard of every parameter, its own byte ranges only, into its arena; checks that tied tensors are
  /// equal there. Notes in `progress` that it does not stand still.
  void load(int64_t rank, Device &device, char *arena, Progress &progress) const;

  const std::string &getFolder() const { return folder; }
  /// Returns the tensors that parameters are read from or compared with, by the names that they have in the folder.
  const std::vector<CheckpointTensor> &getTensors() const { return tensors; }
  /// Returns a hash of the files' headers.
  uint64_t getDigest() const;

private:
  struct Source {
    const SafetensorsFile *file;
    const StoredTensor *tensor;
  };
  /// The tensors that a parameter is read from: the first is loaded, the others must be equal to it.
  using Sources = std::vector<Source>;

  const std::string folder;
  const Manifest &manifest;
  std::vector<std::unique_ptr<SafetensorsFile>> files;
  std::vector<Sources> sources; ///< by parameter
  std::vector<CheckpointTensor> tensors;

  void openFiles();
  void openIndex(const std::string &path);
  void match();
  void checkShapes() const;
  template <typename T>
  void loadParameter(size_t parameter, int64_t rank, Device &device, char *arena, Progress &progress) const;
};

} // namespace shardrt
#endif
