//===- ModelFiles.h - What a model folder holds beside the weights ----------------===//
#ifndef SHARDRT_LIB_FILES_MODELFILES_H
#define SHARDRT_LIB_FILES_MODELFILES_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardrt {

/// Returns `config`, the text of a config.json, with "float32" for the type of the weights where it names one
/// (torch_dtype, or dtype as newer releases have it); all else stays byte for byte. Throws Error (BadInput) that names
/// `source`.
std::string withFloat32(const std::string &config, const std::string &source);

/// Returns whether a save may write a file of this name.
bool isModelFile(const std::string &name);

/// A file beside the weights that belongs to the tokenizer or to generation.
struct Companion {
  std::string name;
  int64_t bytes;
};

/// Returns the companions in a model folder, sorted by name. Throws Error (BadInput).
std::vector<Companion> listCompanions(const std::string &folder);

/// Copies a file and waits until it is on the disk. Throws Error (BadInput, Disk).
void copyFile(const std::string &from, const std::string &to);

} // namespace shardrt
#endif
