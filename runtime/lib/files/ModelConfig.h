//===- ModelConfig.h - Whether a folder's weights are the program's model's -------===//
#ifndef SHARDRT_LIB_FILES_MODELCONFIG_H
#define SHARDRT_LIB_FILES_MODELCONFIG_H

#include "program/Manifest.h"

namespace shardrt {

/// Compares the folder's config.json with what the program was compiled for, in all that figures depend on. Returns a
/// remark for the banner, empty where there is nothing to say: the folder has no config.json, or another one and
/// `mismatchIsAllowed`. Throws Error (BadInput) where another one is not allowed.
std::string checkModelConfig(const std::string &folder, const Manifest &manifest, bool mismatchIsAllowed);

} // namespace shardrt
#endif
