//===- SaveFolder.h - A folder that appears when it is complete --------------------===//
#ifndef SHARDRT_LIB_FILES_SAVEFOLDER_H
#define SHARDRT_LIB_FILES_SAVEFOLDER_H

#include <cstdint>
#include <string>

namespace shardrt {

/// Throws Error (Disk) where `bytes` bytes cannot be saved in `folder`: it is no folder, or holds files; none can be
/// made beside it; the disk has not as much left. Leaves nothing behind.
void checkSaveFolder(const std::string &folder, int64_t bytes);

/// Returns the bytes that are free where `folder` is to be.
int64_t freeBytes(const std::string &folder);

/// FOLDER.partial, beside the folder that it will be: it goes away with its object unless it was published.
class PartialFolder {
public:
  /// Makes the folder, empty; what an earlier save has left there is removed. Throws Error (Disk).
  explicit PartialFolder(const std::string &folder);
  ~PartialFolder();
  PartialFolder(const PartialFolder &) = delete;
  PartialFolder &operator=(const PartialFolder &) = delete;

  const std::string &getPath() const { return partial; }
  /// Gives the folder its name, on the disk too. Throws Error (Disk) where it cannot, and then keeps the files and says
  /// where.
  void publish();

private:
  const std::string folder, partial;
  bool kept = false;
};

} // namespace shardrt
#endif
