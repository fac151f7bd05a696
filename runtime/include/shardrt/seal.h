/*===- shardrt/seal.h - How a program file ends ------------------------------===*
 *
 * The last bytes of a program file, behind what loaders read: XXH3-128 of all bytes before them. A file that does not
 * end so, or has another hash, is damaged, and no byte of it is mapped.
 *
 *===----------------------------------------------------------------------===*/
#ifndef SHARDRT_SEAL_H
#define SHARDRT_SEAL_H

#include <stdint.h>

#define SHARDRT_SEAL_MAGIC "shardc's program"

typedef struct shardrt_seal {
  char magic[16]; /**< SHARDRT_SEAL_MAGIC without its zero */
  uint64_t low;   /**< the halves of the hash, little-endian as the file is */
  uint64_t high;
} shardrt_seal;

#ifdef __cplusplus
static_assert(sizeof(shardrt_seal) == 32 && sizeof(SHARDRT_SEAL_MAGIC) == sizeof(shardrt_seal::magic) + 1,
              "a seal has no padding");
#endif
#endif /* SHARDRT_SEAL_H */
