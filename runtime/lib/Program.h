//===- Program.h - A compiled program, loaded ---------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_H
#define SHARDRT_LIB_PROGRAM_H

#include "Manifest.h"

namespace shardrt {

/// One section of a program: returns 0, or the status of the call that failed.
using Section = int32_t (*)(shardrt_rank *, char *arena);

/// A program file, open for as long as the object lives.
class Program {
public:
  /// Loads `path`. Throws Error (BadInput) where it is no program, of another ABI version, or without a section of its step.
  explicit Program(const std::string &path);
  ~Program();
  Program(const Program &) = delete;
  Program &operator=(const Program &) = delete;

  const Manifest &getManifest() const { return manifest; }
  /// Returns the sections of the manifest's step, entry by entry.
  const std::vector<Section> &getSections() const { return sections; }

private:
  void *handle = nullptr;
  Manifest manifest;
  std::vector<Section> sections;
};

} // namespace shardrt
#endif
