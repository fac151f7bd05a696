//===- Safetensors.h - Reading safetensors files by byte range ----------------===//
#ifndef SHARDRT_LIB_FILES_SAFETENSORS_H
#define SHARDRT_LIB_FILES_SAFETENSORS_H

#include "program/InputFile.h"

#include <vector>

namespace shardrt {

/// How the elements of a stored tensor are encoded; Other is any type that no parameter can be loaded from.
enum class StoredType { F64, F32, F16, BF16, Other };

/// One tensor of a file: row-major, `begin` is the byte offset of its first element in the file.
struct StoredTensor {
  std::string name;
  StoredType type;
  std::string typeName;
  std::vector<int64_t> shape;
  int64_t begin;
  int64_t bytes;
};

/// Returns the bytes of one element of `type`, which is not Other.
int64_t sizeOf(StoredType type);

/// An open file whose header has been checked: types known, sizes without overflow, data without holes or overlaps,
/// nothing after it.
class SafetensorsFile {
public:
  /// Throws Error (BadInput).
  explicit SafetensorsFile(const std::string &path);

  const std::string &getPath() const { return file.getPath(); }
  const std::vector<StoredTensor> &getTensors() const { return tensors; }
  /// Returns xxh3-64 of the header.
  uint64_t getDigest() const { return digest; }
  /// Reads `bytes` bytes from byte `offset` of the file. Throws Error (BadInput).
  void read(void *data, int64_t offset, int64_t bytes) const;

private:
  const InputFile file;
  uint64_t digest = 0;
  std::vector<StoredTensor> tensors;

  void parseHeader();
};

} // namespace shardrt
#endif
