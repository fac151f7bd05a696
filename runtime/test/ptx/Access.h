//===- Access.h - Where loads, stores and atomic operations go --------------===//

#ifndef SHARDRT_TEST_PTX_ACCESS_H
#define SHARDRT_TEST_PTX_ACCESS_H

#include "Block.h"
#include "Decoder.h"

namespace shardrt::ptx {

/// Finds the place of the access of each running thread, of `bytes` at operands[slot] + immediate, and puts it in
/// `block.places`. Faults if it is out of bounds, misaligned, writes what is read-only, or breaks the rules of shared
/// memory.
void locate(Block &block, const Instruction &instruction, size_t slot, int64_t bytes, Access access);

/// Takes a state space of loads and stores; Generic if none is given.
Space takeAccessSpace(Modifiers &modifiers);

} // namespace shardrt::ptx
#endif
