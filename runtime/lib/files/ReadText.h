//===- ReadText.h - The whole text of a small file --------------------------------===//
#ifndef SHARDRT_LIB_FILES_READTEXT_H
#define SHARDRT_LIB_FILES_READTEXT_H

#include <string>

namespace shardrt {

/// Returns the text of a file of at most 100 MB. Throws Error (BadInput).
std::string readText(const std::string &path);

} // namespace shardrt
#endif
