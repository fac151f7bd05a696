//===- Output.h - Writing that notices when it fails ------------------------------===//
#ifndef SHARDRT_LIB_FILES_OUTPUT_H
#define SHARDRT_LIB_FILES_OUTPUT_H

#include <cstdint>
#include <string>
#include <string_view>

namespace shardrt {

/// A file descriptor to write whole texts to, without a buffer.
class Output {
public:
  /// Standard output.
  Output() : name("standard output"), fd(1) {}
  /// Creates or truncates `path`. Throws Error (Disk).
  explicit Output(const std::string &path);
  ~Output();
  Output(const Output &) = delete;
  Output &operator=(const Output &) = delete;

  /// Writes all of `text`; allocates nothing. Throws Error (Disk).
  void write(std::string_view text);
  /// Writes all of `bytes` bytes at byte `offset` of a file. Throws Error (Disk).
  void writeAt(const void *data, int64_t bytes, int64_t offset);
  /// Waits until all that was written is on the disk. Throws Error (Disk).
  void sync();
  /// Returns whether a person reads it on a terminal that shows colours.
  bool wantsColour() const;

private:
  const std::string name;
  const int fd;
};

} // namespace shardrt
#endif
