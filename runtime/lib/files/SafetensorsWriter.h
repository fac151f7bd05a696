//===- SafetensorsWriter.h - Writing float32 tensors as safetensors ---------------===//
#ifndef SHARDRT_LIB_FILES_SAFETENSORSWRITER_H
#define SHARDRT_LIB_FILES_SAFETENSORSWRITER_H

#include "files/Output.h"

#include <memory>
#include <vector>

namespace shardrt {

/// A float32 tensor to be written, row-major.
struct NewTensor {
  std::string name;
  std::vector<int64_t> shape;

  int64_t bytes() const;
};

/// One file: its name, its first bytes, and where the data of tensors [begin, end) lie in it.
struct NewFile {
  std::string name;
  std::string header;
  size_t begin, end;
  std::vector<int64_t> offsets;
  int64_t bytes;
};

/// Which tensor goes where, as Hugging Face has it: model.safetensors, or model-00001-of-0000N.safetensors and so on
/// with an index. Tensors keep their order; a file takes as many as fit into `fileLimit` bytes of data, and one at
/// least.
class SafetensorsLayout {
public:
  static constexpr int64_t defaultLimit = 5'000'000'000;

  SafetensorsLayout(std::vector<NewTensor> tensors, int64_t fileLimit);

  const std::vector<NewTensor> &getTensors() const { return tensors; }
  const std::vector<NewFile> &getFiles() const { return files; }
  /// Returns the text of model.safetensors.index.json, or nothing for a single file.
  const std::string &getIndex() const { return index; }
  /// Returns the bytes of all files and the index.
  int64_t getBytes() const;

private:
  std::vector<NewTensor> tensors;
  std::vector<NewFile> files;
  std::string index;
};

/// Writes the files of a layout to a folder, one after another. All members throw Error (Disk).
class SafetensorsWriter {
public:
  SafetensorsWriter(const SafetensorsLayout &layout, std::string folder) : layout(layout), folder(std::move(folder)) {}

  /// Writes `count` elements of tensor `tensor` of the layout, from element `first` on. The elements of a tensor may
  /// come in any order, the tensors come in theirs.
  void write(size_t tensor, int64_t first, const float *values, int64_t count);
  /// Writes what is left, the index last; then all is on the disk.
  void finish();

private:
  const SafetensorsLayout &layout;
  const std::string folder;
  size_t opened = 0; ///< files so far
  std::unique_ptr<Output> file;

  void openNext();
};

} // namespace shardrt
#endif
