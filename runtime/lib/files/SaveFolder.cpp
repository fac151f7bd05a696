//===- SaveFolder.cpp - A folder that appears when it is complete -----------------===//

#include "files/SaveFolder.h"
#include "files/ModelFiles.h"
#include "program/Error.h"
#include "program/Manifest.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace shardrt;
namespace fs = std::filesystem;

/// Returns the whole path, without links and a slash at its end, so that `.partial` may follow.
static std::string resolve(const std::string &folder) {
  std::error_code error;
  fs::path path = fs::weakly_canonical(fs::absolute(folder, error), error);
  if (error)
    fail(Exit::Disk, "{}: {}", folder, error.message());
  return (path.has_filename() ? path : path.parent_path()).string();
}

static std::string parentOf(const std::string &folder) {
  return fs::path(resolve(folder)).parent_path().string();
}

/// Removes the files that a save writes, and the folder where it has no others. Returns whether it is gone; errno says
/// why not.
static bool removeFiles(const std::string &folder) {
  std::error_code error;
  if (fs::is_directory(fs::symlink_status(folder, error)))
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
      if (isModelFile(entry->path().filename().string()))
        unlink(entry->path().c_str());
  return rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

int64_t shardrt::freeBytes(const std::string &folder) {
  struct statvfs status = {};
  if (statvfs(parentOf(folder).c_str(), &status) != 0)
    fail(Exit::Disk, "{}: {}", parentOf(folder), strerror(errno));
  return static_cast<int64_t>(status.f_bavail * status.f_frsize);
}

void shardrt::checkSaveFolder(const std::string &folder, int64_t bytes) {
  if (folder.empty())
    fail(Exit::Disk, "--save takes a new folder or an empty one, got an empty name");
  std::error_code error;
  if (fs::is_directory(folder, error)) {
    if (bool empty = fs::is_empty(folder, error); error || !empty)
      fail(Exit::Disk, "{}: {}; --save takes a new folder or an empty one", folder,
           error ? error.message() : "the folder holds files");
  } else if (fs::exists(fs::symlink_status(folder, error))) {
    fail(Exit::Disk, "{}: not a folder; --save takes a new folder or an empty one", folder);
  }
  PartialFolder probe(folder);
  if (int64_t free = freeBytes(folder); free < bytes)
    fail(Exit::Disk, "{}: saving needs {}, {} are free there", folder, formatBytes(bytes), formatBytes(free));
}

PartialFolder::PartialFolder(const std::string &path) : folder(resolve(path)), partial(folder + ".partial") {
  if (!removeFiles(partial))
    fail(Exit::Disk, "{}: the folder is in the way and holds more than a save leaves behind: {}", partial,
         strerror(errno));
  if (mkdir(partial.c_str(), 0777) != 0)
    fail(Exit::Disk, "{}: the folder cannot be made: {}", partial, strerror(errno));
}

PartialFolder::~PartialFolder() {
  if (!kept)
    removeFiles(partial);
}

/// Waits until the names in `folder` are on the disk, where its file system can tell.
static bool syncFolder(const std::string &folder) {
  int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
  if (fd >= 0)
    close(fd);
  return synced;
}

void PartialFolder::publish() {
  kept = true;
  bool synced = syncFolder(partial);
  std::string name = folder;
  // A name that was taken while the job ran is no reason to lose the weights, nor to leave them where the next save
  // clears.
  for (int i = 1; rename(partial.c_str(), name.c_str()) != 0; ++i) {
    if ((errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) || i == 100)
      fail(Exit::Disk, "{}: the weights are complete in {}, which cannot take this name: {}", folder, partial,
           strerror(errno));
    name = fmt::format("{}.{}", folder, i);
  }
  if (name != folder)
    fail(Exit::Disk, "{}: the name was taken while the job ran; the weights are complete in {}", folder, name);
  if (!synced || !syncFolder(parentOf(folder)))
    fail(Exit::Disk, "{}: the weights are saved, but the disk does not confirm it: {}", folder, strerror(errno));
}
