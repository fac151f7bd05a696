//===- InputFile.h - A regular file that is read ----------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_INPUTFILE_H
#define SHARDRT_LIB_PROGRAM_INPUTFILE_H

#include <cstdint>
#include <string>

namespace shardrt {

/// An open regular file. Others are refused without waiting for them: a FIFO that nobody writes would hang the job.
class InputFile {
public:
  /// Opens `path`. Throws Error (BadInput).
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;

  const std::string &getPath() const { return path; }
  /// Returns the bytes that the file had when it was opened.
  int64_t size() const { return bytes; }
  int descriptor() const { return fd; }
  /// Reads `count` bytes from byte `offset` on, or what the file has of them; returns how many. Allocates nothing.
  /// Throws Error (BadInput).
  int64_t read(void *data, int64_t offset, int64_t count) const;

private:
  const std::string path;
  int fd;
  int64_t bytes = 0;
};

} // namespace shardrt
#endif
