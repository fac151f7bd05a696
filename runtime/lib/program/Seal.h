//===- Seal.h - Whether a program file is whole -----------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_SEAL_H
#define SHARDRT_LIB_PROGRAM_SEAL_H

#include "program/InputFile.h"
#include "shardrt/seal.h"

namespace shardrt {

/// Returns the seal of the file's first `bytes` bytes. Throws Error (BadInput) where it has fewer.
shardrt_seal makeSeal(const InputFile &file, int64_t bytes);

/// Throws Error (BadInput) where the file is no program, or is not what shardc wrote to the last byte: one was changed,
/// lost or added.
void checkSeal(const InputFile &file);

} // namespace shardrt
#endif
