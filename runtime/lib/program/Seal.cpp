//===- Seal.cpp - Whether a program file is whole ---------------------------------===//
//
// The seal stands at the end of the file, where it covers all bytes before it. Nothing but the seal decides; the
// headers of the object are read first for better words about files of other kinds and about files cut short.
//
//===------------------------------------------------------------------------===//

#include "program/Seal.h"
#include "program/Error.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <memory>
#include <vector>
#include <xxhash.h>

using namespace shardrt;

static constexpr int64_t chunkBytes = 1 << 20;

/// Returns the size that a file must have for its segments to be loaded; 0 if it is no object of this machine.
static uint64_t loadedBytes(const InputFile &file) {
  Elf64_Ehdr header;
  if (file.read(&header, 0, sizeof header) != sizeof header || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
    return 0;
  uint64_t bytes = sizeof header;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    uint64_t at = header.e_phoff + i * sizeof segment;
    if (at > static_cast<uint64_t>(file.size()) ||
        file.read(&segment, static_cast<int64_t>(at), sizeof segment) != sizeof segment)
      return 0;
    if (segment.p_type == PT_LOAD)
      bytes = std::max(bytes, segment.p_offset + segment.p_filesz);
  }
  return bytes;
}

shardrt_seal shardrt::makeSeal(const InputFile &file, int64_t bytes) {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> chunk(static_cast<size_t>(std::min(bytes, chunkBytes)));
  for (int64_t at = 0; at < bytes;) {
    int64_t got = file.read(chunk.data(), at, std::min(bytes - at, chunkBytes));
    if (got == 0)
      fail(Exit::BadInput, "{}: the file has become shorter while it was read", file.getPath());
    XXH3_128bits_update(state.get(), chunk.data(), static_cast<size_t>(got));
    at += got;
  }
  XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  shardrt_seal seal{{}, hash.low64, hash.high64};
  memcpy(seal.magic, SHARDRT_SEAL_MAGIC, sizeof seal.magic);
  return seal;
}

void shardrt::checkSeal(const InputFile &file) {
  const std::string &path = file.getPath();
  uint64_t needed = loadedBytes(file);
  if (needed == 0)
    fail(Exit::BadInput, "{}: not a program file: expected a shared object made by shardc", path);
  if (static_cast<uint64_t>(file.size()) < needed)
    fail(Exit::BadInput, "{}: not a program file: it has {} bytes, expected at least {}: the file is truncated", path,
         file.size(), needed);
  shardrt_seal found = {};
  int64_t bytes = file.size() - static_cast<int64_t>(sizeof found);
  if (bytes < 0 || file.read(&found, bytes, sizeof found) != sizeof found ||
      memcmp(found.magic, SHARDRT_SEAL_MAGIC, sizeof found.magic) != 0)
    fail(Exit::BadInput,
         "{}: not a program file: its last {} bytes are not a hash as shardc writes it there: the file is damaged, or "
         "something else has made it",
         path, sizeof found);
  shardrt_seal expected = makeSeal(file, bytes);
  if (found.low != expected.low || found.high != expected.high)
    fail(Exit::BadInput,
         "{}: the file is damaged: its hash is {:016x}{:016x}, and its end says {:016x}{:016x}: compile it again, or "
         "copy "
         "it again",
         path, expected.high, expected.low, found.high, found.low);
}
