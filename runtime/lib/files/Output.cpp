//===- Output.cpp - Writing that notices when it fails ----------------------------===//

#include "files/Output.h"
#include "program/Error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace shardrt;

Output::Output(const std::string &path)
    : name(path), fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (fd < 0)
    fail(Exit::Disk, "{}: cannot be written: {}", path, strerror(errno));
}

Output::~Output() {
  if (fd != 1)
    close(fd);
}

void Output::write(std::string_view text) {
  while (!text.empty()) {
    ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      fail(Exit::Disk, "{}: cannot be written: {}", name, strerror(errno));
    text.remove_prefix(static_cast<size_t>(wrote));
  }
}

void Output::writeAt(const void *data, int64_t bytes, int64_t offset) {
  for (int64_t done = 0; done < bytes;) {
    ssize_t wrote =
        pwrite(fd, static_cast<const char *>(data) + done, static_cast<size_t>(bytes - done), offset + done);
    if (wrote < 0 && errno == EINTR)
      continue;
    if (wrote < 0)
      fail(Exit::Disk, "{}: cannot be written: {}", name, strerror(errno));
    done += wrote;
  }
}

void Output::sync() {
  if (fsync(fd) != 0)
    fail(Exit::Disk, "{}: cannot be written to the disk: {}", name, strerror(errno));
}

bool Output::wantsColour() const {
  const char *noColour = getenv("NO_COLOR"), *terminal = getenv("TERM");
  return isatty(fd) && !(noColour && *noColour) && terminal && strcmp(terminal, "dumb") != 0;
}
