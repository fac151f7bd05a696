//===- InputFile.cpp - A regular file that is read --------------------------------===//

#include "program/InputFile.h"
#include "program/Error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace shardrt;

// O_NONBLOCK lets the open of a FIFO return; it means nothing to reads of a regular file.
InputFile::InputFile(std::string path)
    : path(std::move(path)), fd(open(this->path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
  // A socket cannot be opened at all, and ENXIO says so in words that help nobody.
  if (fd < 0)
    fail(Exit::BadInput, "{}: {}", this->path, errno == ENXIO ? "not a regular file" : strerror(errno));
  struct stat status = {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    fail(Exit::BadInput, "{}: not a regular file", this->path);
  }
  bytes = status.st_size;
}

InputFile::~InputFile() {
  close(fd);
}

int64_t InputFile::read(void *data, int64_t offset, int64_t count) const {
  int64_t done = 0;
  while (done < count) {
    ssize_t got = pread(fd, static_cast<char *>(data) + done, static_cast<size_t>(count - done), offset + done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      fail(Exit::BadInput, "{}: reading byte {}: {}", path, offset + done, strerror(errno));
    if (got == 0)
      break;
    done += got;
  }
  return done;
}
