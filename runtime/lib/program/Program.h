//===- Program.h - A compiled program, loaded ---------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_PROGRAM_H
#define SHARDRT_LIB_PROGRAM_PROGRAM_H

#include "program/Device.h"
#include "program/InputFile.h"
#include "program/Manifest.h"

namespace shardrt {

/// A program file, open for as long as the object lives. What is mapped is the file whose seal was checked, even where
/// its path has been given to another since.
class Program {
public:
  /// Loads `path`. Throws Error (BadInput) where it is no program, damaged, of another ABI version, or without a
  /// section of its step.
  explicit Program(const std::string &path);
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  const Manifest &getManifest() const { return manifest; }
  /// Returns the sections of the manifest's step, entry by entry.
  const std::vector<Section> &getSections() const { return sections; }
  /// Returns the numbers of the names of a section's tasks, by task; null where the manifest names none.
  const std::vector<int64_t> *findTaskNames(Section section) const;
  /// Returns the bytes of an image of the manifest. Throws Error (BadInput) where the file has none.
  const char *getImage(const GpuImage &image) const;

private:
  const std::string path;
  const InputFile file;
  void *handle = nullptr;
  Manifest manifest;
  std::vector<Section> sections;
};

} // namespace shardrt
#endif
