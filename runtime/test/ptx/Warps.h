//===- Warps.h - Threads of a warp that wait for each other -----------------===//

#ifndef SHARDRT_TEST_PTX_WARPS_H
#define SHARDRT_TEST_PTX_WARPS_H

#include "Block.h"

namespace shardrt::ptx {

/// Waits for all threads that the masks name. Returns whether some threads are complete: those run, the others are
/// parked. Lanes that the block does not have need not come.
bool meet(Block &block, uint32_t maskRegister);

} // namespace shardrt::ptx
#endif
